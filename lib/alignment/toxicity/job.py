"""Reading texts with a model, and learning which are rude. Imports torch: worker only."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import torch
from torch.nn.functional import binary_cross_entropy_with_logits
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from lib.alignment.toxicity.run import ClassifierStep, Scored, TextsRead, ToxicityEvent, ToxicityRun, parts
from lib.alignment.toxicity.texts import Labelled
from lib.models import catalogue
from lib.models.borrow import borrow
from lib.models.hidden import mean_hidden_states

ROWS_AT_ONCE = 16
EVERY = 4
"""Updates between two that are told."""
LEARNING_RATE = 0.02


def learn_to_flag(run: ToxicityRun) -> Iterator[ToxicityEvent]:
    """TextsRead, ClassifierStep while the first classifier learns, then Scored."""
    began = time.monotonic()
    states = []
    with borrow(catalogue.find(run.model)) as (model, tokenizer):
        for first in range(0, len(run.texts), ROWS_AT_ONCE):
            states.append(_states(model, tokenizer, run.texts[first : first + ROWS_AT_ONCE]))
            yield TextsRead(sum(map(len, states)), len(run.texts))
    rows = torch.cat(states)
    wanted = torch.tensor([float(each.rude) for each in run.texts])
    scores = torch.zeros(len(run.texts))
    for number, part in enumerate(parts(run.texts, run.seed)):
        left_out = torch.zeros(len(run.texts), dtype=torch.bool)
        left_out[list(part)] = True
        classifier = _Classifier(rows[~left_out], wanted[~left_out])
        for step in classifier.learn(run, (rows[left_out], wanted[left_out])):
            if number == 0:
                yield step
        scores[left_out] = classifier.probabilities(rows[left_out])
    yield Scored(run.texts, tuple(scores.tolist()), rows.shape[1] + 1, time.monotonic() - began)


class _Classifier:
    """Logistic regression on rows that it standardises by what it learns from."""

    def __init__(self, rows: torch.Tensor, wanted: torch.Tensor) -> None:
        self.mean, self.scale = rows.mean(0), rows.std(0, correction=0).clamp(min=1e-6)
        self.rows, self.wanted = self._standard(rows), wanted
        self.weights = torch.zeros(rows.shape[1], requires_grad=True)
        self.bias = torch.zeros(1, requires_grad=True)

    def learn(self, run: ToxicityRun, held_out: tuple[torch.Tensor, torch.Tensor]) -> Iterator[ClassifierStep]:
        optimizer = torch.optim.Adam([self.weights, self.bias], lr=LEARNING_RATE)
        tested, tested_wanted = held_out
        for step in range(1, run.steps + 1):
            loss = binary_cross_entropy_with_logits(self.rows @ self.weights + self.bias, self.wanted)
            optimizer.zero_grad()
            (loss + run.weight_decay * (self.weights**2).sum() / 2).backward()
            optimizer.step()
            if step % EVERY == 0 or step in (1, run.steps):
                learnt = _accuracy(self._logits(self.rows), self.wanted)
                yield ClassifierStep(
                    step, loss.item(), learnt, _accuracy(self._logits(self._standard(tested)), tested_wanted)
                )

    def probabilities(self, rows: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(self._logits(self._standard(rows)))

    @torch.no_grad()
    def _logits(self, standard: torch.Tensor) -> torch.Tensor:
        return standard @ self.weights + self.bias

    def _standard(self, rows: torch.Tensor) -> torch.Tensor:
        return (rows - self.mean) / self.scale


def _accuracy(logits: torch.Tensor, wanted: torch.Tensor) -> float:
    return ((logits >= 0).float() == wanted).float().mean().item()


def _states(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, texts: Sequence[Labelled]) -> torch.Tensor:
    """The mean of the last hidden states of each text, [texts, hidden_size], fp32. Special tokens in it are text."""
    room = model.config.max_position_embeddings
    rows = [
        tokenizer(each.text, add_special_tokens=False, split_special_tokens=True)["input_ids"][:room] for each in texts
    ]
    return mean_hidden_states(model, rows, [0] * len(rows)).cpu()
