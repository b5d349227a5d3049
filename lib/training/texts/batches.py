"""Texts as a model reads them: which texts a step takes, their tokens, and which of these count in the loss. Torch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

import torch
from torch import nn
from transformers import PreTrainedTokenizerBase

from lib.training.methods.in_front import positions_in_front
from lib.training.run import FineTuningRun
from lib.training.texts.datasets import Example

EVALUATED_AT_ONCE = 8
LONGEST_TEXT = 256
"""Tokens; what is longer is cut."""
IGNORED = -100
"""The label that cross-entropy leaves out (torch.nn.functional.cross_entropy, ignore_index)."""


def pick(texts: Sequence[Example], step: int, run: FineTuningRun, count: int | None = None) -> list[Example]:
    """The texts of a step, `count` or a batch. Every epoch is a new order, decided by the seed alone, so that a run can
    go on."""
    count = count or run.batch_size
    first = (step - 1) * count
    chosen = []
    for position in range(first, first + count):
        epoch, index = divmod(position, len(texts))
        order = torch.randperm(len(texts), generator=torch.Generator().manual_seed(run.seed * 100_003 + epoch))
        chosen.append(texts[order[index]])
    return chosen


def labelled(example: Example, tokenizer: PreTrainedTokenizerBase, loss_on: str) -> tuple[list[int], list[int]]:
    """(token ids, labels) of one text, closed by the end-of-text token; the label IGNORED does not count in the loss.

    The first token is predicted by nothing. With `loss_on` "answer" only tokens count that end inside an answer, and
    the end-of-text token.
    """
    length = min(tokenizer.model_max_length, LONGEST_TEXT)
    encoded = tokenizer(example.text, return_offsets_mapping=True, verbose=False)
    ids = encoded["input_ids"][: length - 1]
    labels = [
        token if loss_on == "text" or example.is_answer(end - 1) else IGNORED
        for token, (_, end) in zip(ids, encoded["offset_mapping"], strict=False)
    ]
    return [*ids, tokenizer.eos_token_id], [IGNORED, *labels[1:], tokenizer.eos_token_id]


def pack(
    texts: Sequence[Example], tokenizer: PreTrainedTokenizerBase, device: torch.device, loss_on: str = "text"
) -> dict[str, torch.Tensor]:
    """Texts one after another in one row, [1, tokens]; nothing is padding.

    Positions begin anew with each text, by which transformers keeps texts from attending to each other ("padding-free",
    https://huggingface.co/docs/trl/reducing_memory_usage#padding-free).
    """
    rows = [labelled(text, tokenizer, loss_on) for text in texts]

    def joined(parts: Iterable[Iterable[int]]) -> torch.Tensor:
        return torch.tensor([list(chain.from_iterable(parts))], device=device)

    return {
        "input_ids": joined(ids for ids, _ in rows),
        "position_ids": joined(range(len(ids)) for ids, _ in rows),
        "labels": joined(labels for _, labels in rows),
    }


def rows(
    texts: Sequence[Example], tokenizer: PreTrainedTokenizerBase, device: torch.device, loss_on: str = "text"
) -> dict[str, torch.Tensor]:
    """Texts in a row each, [texts, tokens of the longest], filled up at the right with what nothing attends to.

    For a model with something in front of every text, which has to stand in front of each.
    """
    found = [labelled(text, tokenizer, loss_on) for text in texts]
    longest = max(len(ids) for ids, _ in found)

    def filled(parts: Iterable[list[int]], value: int) -> torch.Tensor:
        return torch.tensor([[*part, *[value] * (longest - len(part))] for part in parts], device=device)

    return {
        "input_ids": filled((ids for ids, _ in found), tokenizer.eos_token_id),
        "attention_mask": filled(([1] * len(ids) for ids, _ in found), 0),
        "labels": filled((labels for _, labels in found), IGNORED),
    }


def batch_for(
    model: nn.Module, texts: Sequence[Example], tokenizer: PreTrainedTokenizerBase, loss_on: str = "text"
) -> dict[str, torch.Tensor]:
    """Texts as `model` reads them: one after another, or in rows where it puts something in front of each."""
    lay = rows if positions_in_front(model) else pack
    return lay(texts, tokenizer, model.device, loss_on)


@torch.inference_mode()
def held_out_loss(
    model: nn.Module, tokenizer: PreTrainedTokenizerBase, texts: Sequence[Example], loss_on: str = "text"
) -> float:
    """Mean negative log-likelihood in nats a token over all held-out texts, a few at a time to save memory."""
    model.eval()
    total, tokens = 0.0, 0
    for first in range(0, len(texts), EVALUATED_AT_ONCE):
        batch = batch_for(model, texts[first : first + EVALUATED_AT_ONCE], tokenizer, loss_on)
        predicted = int((batch["labels"] != IGNORED).sum())
        total += model(**batch, use_cache=False).loss.item() * predicted
        tokens += predicted
    return total / tokens
