"""Reading a text token by token. Imports torch: only a worker imports this module."""

from __future__ import annotations

import time
from collections.abc import Iterator

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from lib.evaluation.likelihood_job import encode_pair, log_probabilities
from lib.lesson.pretraining.reading import (
    KEPT_LOGITS,
    MOST_TOKENS,
    BlankFilled,
    BlanksRun,
    Candidate,
    Logits,
    Reading,
    ReadingRun,
    Token,
)
from lib.models import catalogue
from lib.models.borrow import borrow
from lib.training.texts.complete import complete
from lib.training.texts.datasets import load_dataset

EXPECTED = 10
NAMED = 120
"""Likeliest tokens of a kept position whose text is told: more than the largest top-k of the page."""


def read_text(run: ReadingRun) -> Iterator[Reading]:
    """Each model's reading of the text."""
    for name in run.models:
        with borrow(catalogue.find(name)) as (model, tokenizer):
            yield reading(name, model, tokenizer, run.text)


@torch.no_grad()
def reading(name: str, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, text: str) -> Reading:
    """One forward pass over the text's first MOST_TOKENS tokens, and everything that the page shows of it."""
    began = time.monotonic()
    whole = tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"]
    ids = whole[:MOST_TOKENS]
    inputs = torch.tensor([ids], device=model.device)
    output = model(input_ids=inputs, labels=inputs if len(ids) > 1 else None, use_cache=False)
    logits = output.logits[0].float().cpu()
    predicted = torch.log_softmax(logits, dim=-1)
    tokens = [token_of(tokenizer, ids[0], None)]
    tokens += [token_of(tokenizer, each, predicted[at]) for at, each in enumerate(ids[1:])]
    kept = range(max(0, len(ids) - max(1, KEPT_LOGITS // logits.shape[1])), len(ids))
    named = sorted({each for at in kept for each in logits[at].topk(min(NAMED, logits.shape[1])).indices.tolist()})
    return Reading(
        model=name,
        tokens=tuple(tokens),
        text_tokens=len(whole),
        next=likeliest(tokenizer, predicted[-1]),
        logits=tuple(Logits(at + 1, logits[at].numpy().tobytes()) for at in kept),
        pieces=tuple(shown(tokenizer, each) for each in named),
        piece_ids=tuple(named),
        library_loss=output.loss.item() if len(ids) > 1 else None,
        seconds=time.monotonic() - began,
    )


def token_of(tokenizer: PreTrainedTokenizerBase, token_id: int, predicted: torch.Tensor | None) -> Token:
    """A token with what was expected in its place; `predicted` holds log-probabilities, [vocabulary]."""
    found = None if predicted is None else predicted[token_id].item()
    return Token(
        id=token_id,
        text=shown(tokenizer, token_id),
        size_bytes=len(tokenizer.convert_ids_to_tokens(token_id)),  # byte-level BPE: a letter for every byte
        part_of_character="\ufffd" in tokenizer.decode([token_id]),
        log_probability=found,
        rank=None if predicted is None else int((predicted > found).sum()) + 1,
        expected=() if predicted is None else likeliest(tokenizer, predicted),
    )


def likeliest(tokenizer: PreTrainedTokenizerBase, predicted: torch.Tensor) -> tuple[Candidate, ...]:
    best = predicted.topk(EXPECTED)
    pairs = zip(best.indices.tolist(), best.values.exp().tolist(), strict=True)
    return tuple(Candidate(shown(tokenizer, each), probability) for each, probability in pairs)


def shown(tokenizer: PreTrainedTokenizerBase, token_id: int) -> str:
    """The token's text; its number in brackets where it is part of a character only."""
    text = tokenizer.decode([token_id])
    return f"[{token_id}]" if "\ufffd" in text else text


def fill_blanks(run: BlanksRun) -> Iterator[BlankFilled]:
    """The lecture's blanks, each filled by every model as pretraining left it."""
    blanks = load_dataset("kopi_orders").blanks
    for name in run.models:
        with borrow(catalogue.find(name)) as (model, tokenizer):
            written = complete(model, tokenizer, [blank.prompt for blank in blanks])
            for blank, completion in zip(blanks, written, strict=True):
                before, word = parts(blank.prompt, blank.answer)
                ((tokens, _),) = log_probabilities(model, tokenizer, [encode_pair(tokenizer, before, word)])
                nats = -sum(token.log_probability for token in tokens)
                yield BlankFilled(name, blank.prompt, blank.answer, completion.continuation, nats, word.strip())


def parts(prompt: str, answer: str) -> tuple[str, str]:
    """What the model reads, and the word it must find: ("Kopi O", " Kosong") for "Kopi O Ko" and "song"."""
    if answer[:1].islower():
        before, _, begun = prompt.rpartition(" ")
        return before, f" {begun}{answer}"
    return prompt, f" {answer}"
