"""A model's shortcomings seen, and a new head trained on it. Imports torch: worker only."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import torch
from torch.nn.functional import cross_entropy
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from lib.lesson.prompting.scores import Score
from lib.lesson.prompting.task import Sentence, task
from lib.lesson.ways.new_head import HeadEvent, HeadRun, HeadStep, NewHead, SentencesRead, Wrote, questions
from lib.models import catalogue
from lib.models.borrow import borrow
from lib.models.hidden import mean_hidden_states
from lib.training.adapting import base_precision
from lib.training.out.identity import weights_sha256
from lib.training.texts.complete import complete

ROWS_AT_ONCE = 20
TOKENS = 16
EVERY = 4
"""Updates between two that are told."""


def replace_the_head(run: HeadRun) -> Iterator[HeadEvent]:
    """Wrote for each question, then the new head as it learns, and what it is worth."""
    with borrow(catalogue.find(run.model), base_precision(run.model)) as (model, tokenizer):
        before = weights_sha256(model)
        asked = questions()
        written = complete(model, tokenizer, [prompt for _, prompt, _ in asked], TOKENS)
        for (shortcoming, prompt, wanted), completion in zip(asked, written, strict=True):
            yield Wrote(shortcoming, prompt, wanted, completion.continuation)
        began = time.monotonic()
        sentences = (*task().training, *task().test)
        states = []
        for first in range(0, len(sentences), ROWS_AT_ONCE):
            states.append(hidden_states(model, tokenizer, sentences[first : first + ROWS_AT_ONCE]))
            yield SentencesRead(min(first + ROWS_AT_ONCE, len(sentences)), len(sentences))
        size = len(task().training)
        rows = torch.cat(states)
        mean, scale = rows[:size].mean(0), rows[:size].std(0).clamp(min=1e-6)
        rows = (rows - mean) / scale
        head = torch.nn.Linear(rows.shape[1], len(task().labels))
        torch.nn.init.zeros_(head.weight)
        torch.nn.init.zeros_(head.bias)
        yield from _learn(run, head, rows[:size], rows[size:])
        picked = head(rows[size:]).argmax(1).tolist()
        yield NewHead(
            Score(
                tuple(task().labels[each] for each in picked),
                tuple(each.label for each in task().test),
                time.monotonic() - began,
                front_tokens=0,
            ),
            trained=sum(each.numel() for each in head.parameters()),
            replaced=model.get_output_embeddings().weight.numel(),
            hidden_size=rows.shape[1],
            frozen_sha256=(before, weights_sha256(model)),
        )


def _learn(run: HeadRun, head: torch.nn.Linear, rows: torch.Tensor, tested: torch.Tensor) -> Iterator[HeadStep]:
    wanted, test_wanted = _label_numbers(task().training), _label_numbers(task().test)
    optimizer = torch.optim.AdamW(head.parameters(), lr=run.learning_rate, weight_decay=run.weight_decay)
    for step in range(1, run.steps + 1):
        loss = cross_entropy(head(rows), wanted)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % EVERY == 0 or step in (1, run.steps):
            yield HeadStep(step, loss.item(), _accuracy(head, rows, wanted), _accuracy(head, tested, test_wanted))


def hidden_states(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, sentences: Sequence[Sentence]
) -> torch.Tensor:
    """The mean of the last hidden states over each sentence's tokens, [sentences, hidden_size]."""
    ids = [tokenizer(each.text, add_special_tokens=False)["input_ids"] for each in sentences]
    return mean_hidden_states(model, ids, [0] * len(ids)).cpu()


def _label_numbers(sentences: Sequence[Sentence]) -> torch.Tensor:
    return torch.tensor([task().labels.index(each.label) for each in sentences])


@torch.no_grad()
def _accuracy(head: torch.nn.Linear, rows: torch.Tensor, wanted: torch.Tensor) -> float:
    return (head(rows).argmax(1) == wanted).float().mean().item()
