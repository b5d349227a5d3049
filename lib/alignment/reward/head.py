"""The head of a reward model, fitted to pairs. Imports torch: worker only."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

import torch
from torch.nn.functional import logsigmoid

from lib.alignment.answers import Answer
from lib.alignment.preferences import Pair
from lib.alignment.reward.run import Head

LEARNING_RATE = 0.02
SMALLEST_SCALE = 1e-6


class Standardised:
    """Hidden states of answers [answers, hidden_size], each number with mean 0 and standard deviation 1 over them.

    Where it is told `within` which prompt each answer is, what the answer's tokens explain of each number among answers
    to the same prompt, by least squares, is taken off: a reward that is linear in what remains has no correlation with
    length there. Not over all answers: pairs are of one prompt, and what long answers have in common from prompt to
    prompt is not what a long one has before a short one.
    """

    def __init__(self, states: torch.Tensor, tokens: torch.Tensor, *, within: Sequence[str] | None = None) -> None:
        self.mean = states.mean(0)
        self.scale = states.std(0, correction=0).clamp(min=SMALLEST_SCALE)
        self.scaled = (states - self.mean) / self.scale
        self.tokens = tokens.mean()
        self.away = tokens - self.tokens
        self._of_prompt = {
            prompt: self._with_length([row for row, each in enumerate(within) if each == prompt])
            for prompt in dict.fromkeys(within or ())
        }
        self.a_token = self.a_token_without(())
        self.values = self.scaled - self.away[:, None] * self.a_token

    def _with_length(self, rows: Sequence[int]) -> tuple[torch.Tensor, torch.Tensor]:
        """Of these answers: tokens times each number, tokens times tokens, both from their means, summed."""
        away = self.away[rows] - self.away[rows].mean()
        return away @ self.scaled[rows], away @ away

    def a_token_without(self, prompts: Collection[str]) -> torch.Tensor:
        """What a token more adds to each number, [hidden_size], found without the answers to these prompts."""
        kept = [both for prompt, both in self._of_prompt.items() if prompt not in prompts]
        spread = sum(spread for _, spread in kept)
        return sum(together for together, _ in kept) / spread if spread > 0 else torch.zeros_like(self.mean)

    def head(self, model: str, weights: torch.Tensor) -> Head:
        rows = (weights, self.mean, self.scale, self.a_token)
        return Head(model, *(tuple(row.tolist()) for row in rows), float(self.tokens))


def fit(
    values: torch.Tensor, better: Sequence[int], worse: Sequence[int], weight_decay: float, steps: int
) -> Iterator[tuple[torch.Tensor, float]]:
    """(Weights [hidden_size], Bradley-Terry loss before that update) after each step, from weights of zero.

    `better` and `worse` are rows of `values` [answers, hidden_size].
    """
    difference = values[list(better)] - values[list(worse)]
    return _descent(lambda weights: -logsigmoid(difference @ weights).mean(), values.shape[1:], weight_decay, steps)


def fitted(
    values: torch.Tensor, better: Sequence[int], worse: Sequence[int], weight_decay: float, steps: int
) -> torch.Tensor:
    """The weights after all steps."""
    *_, (weights, _) = fit(values, better, worse, weight_decay, steps)
    return weights


def fitted_without(
    standard: Standardised,
    pairs: Sequence[Pair],
    row: Mapping[Answer, int],
    parts: Sequence[Collection[str]],
    weight_decay: float,
    steps: int,
) -> tuple[torch.Tensor, torch.Tensor]:
    """(Weights, what is taken off a token), each [hidden_size, parts]: for each part from all prompts but its own, the
    weights as `fitted` finds them. All at once, since twenty one by one take twenty times as long."""
    used = torch.tensor([[pair.prompt not in part for part in parts] for pair in pairs]).float()
    used /= used.sum(0)
    a_token = torch.stack([standard.a_token_without(part) for part in parts], 1)
    better, worse = [row[pair.better] for pair in pairs], [row[pair.worse] for pair in pairs]
    difference = standard.scaled[better] - standard.scaled[worse]
    longer_by = (standard.away[better] - standard.away[worse])[:, None]

    def loss_of(weights: torch.Tensor) -> torch.Tensor:
        """Of each column its own: their sum has each column's gradient."""
        margins = difference @ weights - longer_by * (a_token * weights).sum(0)
        return -(logsigmoid(margins) * used).sum()

    *_, (weights, _) = _descent(loss_of, a_token.shape, weight_decay, steps)
    return weights, a_token


def _descent(
    loss_of: Callable[[torch.Tensor], torch.Tensor], shape: torch.Size, weight_decay: float, steps: int
) -> Iterator[tuple[torch.Tensor, float]]:
    """(Weights, loss before that update) after each step, from zeros. The penalty makes the optimum unique."""
    weights = torch.zeros(shape, requires_grad=True)
    optimizer = torch.optim.Adam([weights], lr=LEARNING_RATE)
    for _ in range(steps):
        loss = loss_of(weights)
        penalty = weight_decay * (weights**2).sum() / 2
        optimizer.zero_grad()
        (loss + penalty).backward()
        optimizer.step()
        yield weights.detach(), loss.item()


def rewards(head: Head, states: torch.Tensor, answers: Sequence[Answer]) -> torch.Tensor:
    """r of each answer from its hidden states [answers, hidden_size]; [answers]."""
    tokens = torch.tensor([float(answer.tokens) for answer in answers]) - head.tokens
    scaled = (states.cpu() - torch.tensor(head.mean)) / torch.tensor(head.scale)
    return (scaled - tokens[:, None] * torch.tensor(head.a_token)) @ torch.tensor(head.weights)
