"""Completing prompts that may end inside a word. Imports torch: worker only.

A tokenizer cuts "Kopi O Ko" one way and "Kopi O Kosong" another: the tokens of the whole word need not begin
with those of its first letters. A model given the tokens of " Ko" is therefore asked for something it has
never seen. Token healing (Lundberg 2023, "The Art of Prompt Design: Prompt Boundaries and Token Healing")
takes the unfinished word back and lets the model choose its tokens, among those that spell what was typed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from lib.training.methods.in_front import LAST, positions_in_front, read_in_front
from lib.training.texts.prompts import Completion

MAX_NEW_TOKENS = 24
_TEXTS: WeakKeyDictionary[PreTrainedTokenizerBase, list[str]] = WeakKeyDictionary()
"""The text of every token, for each tokenizer in use."""


@contextmanager
def on_one_core() -> Iterator[None]:
    """One token a row is so little work that cores wait for each other longer than they compute: ten tokens of
    SmolLM2-135M take 1.6 s of processor time on one, and twice that on two."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@torch.no_grad()
@on_one_core()
def complete(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    prompts: Sequence[str],
    max_new_tokens: int = MAX_NEW_TOKENS,
) -> tuple[Completion, ...]:
    """Continue each prompt greedily, healing its last word, to the end of a sentence or text; all at the same time."""
    if not prompts:
        return ()
    was_training = model.training
    model.eval()
    front = positions_in_front(model)
    room = model.config.max_position_embeddings - max_new_tokens - front
    rows = [_row(tokenizer, prompt, room) for prompt in prompts]
    longest = max((len(row.ids) for row in rows), default=0)
    padding = torch.tensor([longest - len(row.ids) for row in rows], device=model.device)[:, None]
    feed = torch.tensor([[0] * (longest - len(row.ids)) + row.ids for row in rows], device=model.device)
    reader, past = read_in_front(model, len(rows))
    read = 0
    while any(not row.over(max_new_tokens) for row in rows):
        positions = torch.arange(read, read + feed.shape[1], device=model.device)
        attended = torch.arange(read + feed.shape[1], device=model.device) >= padding
        output = reader(
            input_ids=feed,
            attention_mask=torch.cat([attended.new_ones(len(rows), front), attended], dim=1).long(),
            position_ids=(positions - padding).clamp(min=0) + front,
            past_key_values=past,
            use_cache=True,
            logits_to_keep=LAST,
        )
        past, read = output.past_key_values, read + feed.shape[1]
        for row, logits in zip(rows, output.logits[:, -1], strict=True):
            if not row.over(max_new_tokens):
                row.choose(logits)
        feed = torch.tensor([[row.ids[-1]] for row in rows], device=model.device)
    model.train(was_training)
    return tuple(row.completion() for row in rows)


@dataclass
class _Row:
    """One prompt as it is continued."""

    tokenizer: PreTrainedTokenizerBase
    prompt: str
    kept: str
    """The prompt without its last word, which the model spells anew."""
    typed: str
    """That word, with the space before it."""
    ids: list[int]
    """What the model reads: the tokens of `kept`, then those it has chosen."""
    spelled: str = ""
    spelling: list[int] = field(default_factory=list)
    new: list[int] = field(default_factory=list)
    ended: bool = False

    def over(self, max_new_tokens: int) -> bool:
        return self.ended or len(self.new) >= max_new_tokens or len(self.spelling) >= max_new_tokens

    def choose(self, logits: torch.Tensor) -> None:
        """Take the likeliest next token; of those that agree with what was typed, until that is spelled."""
        if len(self.spelled) < len(self.typed):
            allowed = _spelling(self.tokenizer, self.typed[len(self.spelled) :], logits.device)
            self.ids.append(int(allowed[logits[allowed].argmax()]))
            self.spelling.append(self.ids[-1])
            self.spelled += self.tokenizer.decode(self.ids[-1:])
            return
        self.ids.append(int(logits.argmax()))
        if self.ids[-1] == self.tokenizer.eos_token_id:
            self.ended = True
            return
        self.new.append(self.ids[-1])
        text = self.tokenizer.decode(self.new)
        self.ended = text.rstrip().endswith((".", "!", "?")) or "\n" in text

    def completion(self) -> Completion:
        continuation = self.spelled[len(self.typed) :] + self.tokenizer.decode(self.new).split("\n")[0]
        healed = _pieces(self.tokenizer, self.kept) + [self.tokenizer.decode([token]) for token in self.spelling]
        pieces = tuple(self.tokenizer.decode([token]) for token in self.new)
        return Completion(self.prompt, continuation, tuple(_pieces(self.tokenizer, self.prompt)), tuple(healed), pieces)


def _row(tokenizer: PreTrainedTokenizerBase, prompt: str, room: int) -> _Row:
    special = tokenizer.batch_decode([[token] for token in tokenizer.all_special_ids])
    kept, typed = _split_last_word(prompt.rstrip())
    if any(token and token in typed for token in special):
        kept, typed = prompt, ""  # a chat template's own end: nobody typed it, and letters cannot spell it
    ids = tokenizer(kept, add_special_tokens=False)["input_ids"] if kept else [tokenizer.eos_token_id]
    return _Row(tokenizer, prompt, kept, typed, ids[-room:])


def _split_last_word(prompt: str) -> tuple[str, str]:
    """What stays, and the last word with the space or the new line before it: "Kopi O Ko" is ("Kopi O", " Ko")."""
    at = max(prompt.rfind(" "), prompt.rfind("\n"), 0)
    return prompt[:at], prompt[at:]


def _spelling(tokenizer: PreTrainedTokenizerBase, typed: str, device: torch.device) -> torch.Tensor:
    """Ids of the tokens that agree with the letters still to be spelled: a beginning of them, or more than them."""
    agreeing = [
        token
        for token, text in enumerate(_texts(tokenizer))
        if text and (text.startswith(typed) or typed.startswith(text))
    ]
    return torch.tensor(agreeing or tokenizer(typed, add_special_tokens=False)["input_ids"][:1], device=device)


def _texts(tokenizer: PreTrainedTokenizerBase) -> list[str]:
    """The text of every token; special ones and parts of a character spell nothing."""
    texts = _TEXTS.get(tokenizer)
    if texts is None:
        decoded = tokenizer.batch_decode([[token] for token in range(len(tokenizer))])
        special = set(tokenizer.all_special_ids)
        texts = _TEXTS[tokenizer] = [
            "" if token in special or "\ufffd" in text else text for token, text in enumerate(decoded)
        ]
    return texts


def _pieces(tokenizer: PreTrainedTokenizerBase, text: str) -> list[str]:
    return [tokenizer.decode([token]) for token in tokenizer(text, add_special_tokens=False)["input_ids"]]
