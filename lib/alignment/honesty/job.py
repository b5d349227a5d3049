"""Asking a model what it knows and how sure it is. Imports torch: worker only."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from lib.alignment.honesty.facts import Fact
from lib.alignment.honesty.run import FactAnswered, HonestyDone, HonestyEvent, HonestyRun, Wording
from lib.errors import StopRequested
from lib.evaluation.likelihood_job import log_probabilities
from lib.models import catalogue
from lib.models.borrow import borrow

NEW_TOKENS = 20
"""Of the reply to how sure it is: a number, or the beginning of a sentence with one."""
Chat = list[dict[str, str]]


@torch.no_grad()
def ask_everything(run: HonestyRun) -> Iterator[HonestyEvent]:
    """FactAnswered for each question; a stop keeps what has been answered."""
    began = time.monotonic()
    with borrow(catalogue.find(run.model)) as (model, tokenizer):
        try:
            for fact in run.asked:
                yield ask(model, tokenizer, fact, run.wordings)
        except StopRequested:
            pass
    yield HonestyDone(time.monotonic() - began)


def ask(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, fact: Fact, wordings: Sequence[Wording]
) -> FactAnswered:
    """The most probable of the replies, and what the model says of how sure it is of that one."""
    chat: Chat = [{"role": "user", "content": fact.question}]
    context = _ids(tokenizer, chat)
    gap = "" if tokenizer.chat_template else " "
    pairs = [
        (context, tokenizer(gap + fact.reply(choice), add_special_tokens=False)["input_ids"])
        for choice in range(len(fact.choices))
    ]
    found = [sum(token.log_probability for token in tokens) for tokens, _ in log_probabilities(model, tokenizer, pairs)]
    shares = torch.softmax(torch.tensor(found, dtype=torch.float64), dim=0).tolist()
    replies = {}
    if tokenizer.chat_template:
        picked = {"role": "assistant", "content": fact.reply(max(range(len(shares)), key=shares.__getitem__))}
        texts = [wording.text for wording in wordings]
        asked = [_ids(tokenizer, [*chat, picked, {"role": "user", "content": text}]) for text in texts]
        replies = dict(zip(texts, _greedy(model, tokenizer, asked), strict=True))
    return FactAnswered(fact, tuple(shares), replies)


def _ids(tokenizer: PreTrainedTokenizerBase, chat: Chat) -> list[int]:
    """The conversation in the model's chat format; a model without one reads its first question as plain text."""
    if tokenizer.chat_template:
        text = tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
    else:
        text = chat[0]["content"]
    return tokenizer(text, add_special_tokens=False)["input_ids"]


def _greedy(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, rows: list[list[int]]) -> list[str]:
    """All at once: shorter rows are filled up at the left and masked there."""
    width, fill = max(map(len, rows)), tokenizer.eos_token_id
    mask = [[0] * (width - len(row)) + [1] * len(row) for row in rows]
    written = model.generate(
        input_ids=torch.tensor([[fill] * (width - len(row)) + row for row in rows], device=model.device),
        attention_mask=torch.tensor(mask, device=model.device),
        do_sample=False,
        max_new_tokens=NEW_TOKENS,
        pad_token_id=fill,
    )[:, width:]
    return [text.strip() for text in tokenizer.batch_decode(written, skip_special_tokens=True)]
