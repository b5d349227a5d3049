"""The head of a reward model, fitted to pairs. Imports torch: worker only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch.nn.functional import logsigmoid

from lib.alignment.answers import Answer
from lib.alignment.reward.run import Head

LEARNING_RATE = 0.02
SMALLEST_SCALE = 1e-6


class Standardised:
    """Hidden states of answers [answers, hidden_size], each number with mean 0 and standard deviation 1 over them.

    Where `lengthless`, what the answer's tokens explain of each number, by least squares, is taken off: a reward that
    is linear in what remains has no correlation with length over these answers.
    """

    def __init__(self, states: torch.Tensor, tokens: torch.Tensor, *, lengthless: bool) -> None:
        self.mean = states.mean(0)
        self.scale = states.std(0, correction=0).clamp(min=SMALLEST_SCALE)
        scaled = (states - self.mean) / self.scale
        self.tokens = tokens.mean()
        away = tokens - self.tokens
        spread = (away**2).sum()
        slope = (away[:, None] * scaled).sum(0) / spread if lengthless and spread > 0 else torch.zeros_like(self.mean)
        self.a_token = slope
        self.values = scaled - away[:, None] * slope

    def head(self, model: str, weights: torch.Tensor) -> Head:
        rows = (weights, self.mean, self.scale, self.a_token)
        return Head(model, *(tuple(row.tolist()) for row in rows), float(self.tokens))


def fit(
    values: torch.Tensor, better: Sequence[int], worse: Sequence[int], weight_decay: float, steps: int
) -> Iterator[tuple[torch.Tensor, float]]:
    """(Weights [hidden_size], Bradley-Terry loss before that update) after each step, from weights of zero.

    `better` and `worse` are rows of `values` [answers, hidden_size]. The penalty makes the optimum unique.
    """
    difference = values[list(better)] - values[list(worse)]
    weights = torch.zeros(values.shape[1], requires_grad=True)
    optimizer = torch.optim.Adam([weights], lr=LEARNING_RATE)
    for _ in range(steps):
        loss = -logsigmoid(difference @ weights).mean()
        penalty = weight_decay * (weights**2).sum() / 2
        optimizer.zero_grad()
        (loss + penalty).backward()
        optimizer.step()
        yield weights.detach(), loss.item()


def fitted(
    values: torch.Tensor, better: Sequence[int], worse: Sequence[int], weight_decay: float, steps: int
) -> torch.Tensor:
    """The weights after all steps."""
    *_, (weights, _) = fit(values, better, worse, weight_decay, steps)
    return weights


def rewards(head: Head, states: torch.Tensor, answers: Sequence[Answer]) -> torch.Tensor:
    """r of each answer from its hidden states [answers, hidden_size]; [answers]."""
    tokens = torch.tensor([float(answer.tokens) for answer in answers]) - head.tokens
    scaled = (states.cpu() - torch.tensor(head.mean)) / torch.tensor(head.scale)
    return (scaled - tokens[:, None] * torch.tensor(head.a_token)) @ torch.tensor(head.weights)
