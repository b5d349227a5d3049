"""Completing a prompt that may end inside a word. Imports torch: worker only.

A tokenizer cuts "Kopi O Ko" one way and "Kopi O Kosong" another: the tokens of the whole word need not begin
with those of its first letters. A model given the tokens of " Ko" is therefore asked for something it has
never seen. Token healing (Lundberg 2023, "The Art of Prompt Design: Prompt Boundaries and Token Healing")
takes the unfinished word back and lets the model choose its tokens, among those that spell what was typed.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from lib.training.run import Completion

MAX_NEW_TOKENS = 24
_TEXTS: WeakKeyDictionary[PreTrainedTokenizerBase, list[str]] = WeakKeyDictionary()
"""The text of every token, for each tokenizer in use."""


@torch.no_grad()
def complete(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, prompt: str, max_new_tokens: int = MAX_NEW_TOKENS
) -> Completion:
    """Continue `prompt` greedily, healing its last word; stops at the end of a sentence or text."""
    was_training = model.training
    model.eval()
    prompt = prompt.rstrip()
    kept, typed = _split_last_word(prompt)
    ids = tokenizer(kept, add_special_tokens=False)["input_ids"] if kept else [tokenizer.eos_token_id]
    context = model.config.max_position_embeddings - max_new_tokens
    ids = ids[-context:]
    start, spelled = len(ids), ""
    while len(spelled) < len(typed) and len(ids) - start < max_new_tokens:
        allowed = _spelling(tokenizer, typed[len(spelled) :], model.device)
        logits = model(input_ids=torch.tensor([ids], device=model.device)).logits[0, -1]
        ids.append(int(allowed[logits[allowed].argmax()]))
        spelled += tokenizer.decode(ids[-1:])
    healed = _pieces(tokenizer, kept) + [tokenizer.decode([token]) for token in ids[start:]]
    new = _greedy(model, tokenizer, ids, max_new_tokens)
    continuation = spelled[len(typed) :] + tokenizer.decode(new).split("\n")[0]
    model.train(was_training)
    pieces = tuple(tokenizer.decode([token]) for token in new)
    return Completion(prompt, continuation, tuple(_pieces(tokenizer, prompt)), tuple(healed), pieces)


def _split_last_word(prompt: str) -> tuple[str, str]:
    """What stays, and the last word with the space before it: "Kopi O Ko" is ("Kopi O", " Ko")."""
    kept, space, word = prompt.rpartition(" ")
    return kept, space + word


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
            "" if token in special or "�" in text else text for token, text in enumerate(decoded)
        ]
    return texts


def _greedy(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, ids: list[int], max_new_tokens: int
) -> list[int]:
    """The tokens that follow `ids`, up to the end of a sentence, a line or the text."""
    new: list[int] = []
    past = None
    feed = ids
    while len(new) < max_new_tokens:
        output = model(input_ids=torch.tensor([feed], device=model.device), past_key_values=past, use_cache=True)
        past = output.past_key_values
        token = int(output.logits[0, -1].argmax())
        if token == tokenizer.eos_token_id:
            break
        new.append(token)
        text = tokenizer.decode(new)
        if text.rstrip().endswith((".", "!", "?")) or "\n" in text:
            break
        feed = [token]
    return new


def _pieces(tokenizer: PreTrainedTokenizerBase, text: str) -> list[str]:
    return [tokenizer.decode([token]) for token in tokenizer(text, add_special_tokens=False)["input_ids"]]
