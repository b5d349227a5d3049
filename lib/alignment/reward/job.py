"""Reading the ranked answers, learning a reward, and how many rankings are enough. Imports torch: worker only."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterator, Sequence

import torch

from lib.alignment.preferences import Pair, pairs_of
from lib.alignment.reward.features import hidden_states
from lib.alignment.reward.head import Standardised, fit, fitted, fitted_without, rewards
from lib.alignment.reward.run import (
    FOLDS,
    CurvePoint,
    Fitted,
    Judged,
    Learnt,
    Read,
    RewardEvent,
    RewardRun,
    RewardStep,
)
from lib.models import catalogue
from lib.models.borrow import borrow

REPEATS = 12
MOST_PARTS = 20
"""In which prompts are held out to judge every pair: of up to so many prompts one at a time, so that no chance is in
which are held out together."""
EVERY = 4
"""Steps between two that are told."""


def learn_reward(run: RewardRun) -> Iterator[RewardEvent]:
    """Read, learn live on all prompts but those held out, then CurvePoints and Fitted."""
    began = time.monotonic()
    read = []
    with borrow(catalogue.find(run.model)) as (model, tokenizer):
        for some in hidden_states(model, tokenizer, run.answers):
            read.append(some)
            yield Read(sum(map(len, read)), len(run.answers))
    table = _Table(run, torch.cat(read).cpu())
    held_out = table.parts(FOLDS)[0]
    yield from table.watched(held_out)
    yield from table.learning_curve()
    yield Fitted(table.learnt(lengthless=False), table.learnt(lengthless=True), time.monotonic() - began)


class _Table:
    """The answers as numbers, and the pairs as rows of them."""

    def __init__(self, run: RewardRun, states: torch.Tensor) -> None:
        self.run, self.states = run, states
        self.row = {answer: number for number, answer in enumerate(run.answers)}
        self.tokens = torch.tensor([float(answer.tokens) for answer in run.answers])
        self.pairs = pairs_of(run.rankings)
        self.prompts = list(dict.fromkeys(pair.prompt for pair in self.pairs))
        random.Random(run.seed).shuffle(self.prompts)
        self.plain = Standardised(states, self.tokens).values

    def parts(self, most: int) -> list[set[str]]:
        """The prompts in at most so many parts, each of which is held out once."""
        count = min(most, len(self.prompts))
        return [set(self.prompts[part::count]) for part in range(count)]

    def rows(self, pairs: Sequence[Pair]) -> tuple[list[int], list[int]]:
        return [self.row[pair.better] for pair in pairs], [self.row[pair.worse] for pair in pairs]

    def split(self, held_out: set[str]) -> tuple[list[Pair], list[Pair]]:
        """(Pairs to learn from, pairs about the prompts held out)."""
        return (
            [pair for pair in self.pairs if pair.prompt not in held_out],
            [pair for pair in self.pairs if pair.prompt in held_out],
        )

    def watched(self, held_out: set[str]) -> Iterator[RewardStep]:
        learning, testing = self.split(held_out)
        steps = fit(self.plain, *self.rows(learning), self.run.weight_decay, self.run.steps)
        for step, (weights, loss) in enumerate(steps, start=1):
            if step % EVERY == 0 or step in (1, self.run.steps):
                yield RewardStep(step, loss, self._accuracy(weights, learning), self._accuracy(weights, testing))

    def learning_curve(self) -> Iterator[CurvePoint]:
        """Heads fitted to pairs about 1, 2, 4, … prompts, tested on a fifth of the prompts, other ones each time."""
        testing_prompts = max(1, len(self.prompts) // FOLDS)
        most = len(self.prompts) - testing_prompts
        sizes = sorted({min(2**power, most) for power in range(most.bit_length() + 1)})
        generator = random.Random(self.run.seed)
        orders = [generator.sample(self.prompts, len(self.prompts)) for _ in range(REPEATS)]
        for size in sizes:
            found, pairs = [], []
            for order in orders:
                _, testing = self.split(set(order[:testing_prompts]))
                kept = set(order[testing_prompts : testing_prompts + size])
                learning = [pair for pair in self.pairs if pair.prompt in kept]
                weights = fitted(self.plain, *self.rows(learning), self.run.weight_decay, self.run.steps)
                found.append(self._accuracy(weights, testing))
                pairs.append(len(learning))
            spread = statistics.stdev(found)
            yield CurvePoint(size, statistics.mean(pairs), statistics.mean(found), spread, REPEATS)

    def learnt(self, *, lengthless: bool) -> Learnt:
        """Every pair judged by a head that has not seen its prompt; then one head on all pairs."""
        within = [answer.prompt for answer in self.run.answers] if lengthless else None
        standard = Standardised(self.states, self.tokens, within=within)
        parts = self.parts(MOST_PARTS)
        weights, a_token = fitted_without(
            standard, self.pairs, self.row, [*parts, ()], self.run.weight_decay, self.run.steps
        )
        # A column for each part that is held out; the last has seen all.
        given = standard.scaled @ weights - standard.away[:, None] * (a_token * weights).sum(0)
        part_of = {prompt: number for number, part in enumerate(parts) for prompt in part}

        def margin(pair: Pair) -> float:
            column = part_of[pair.prompt]
            return float(given[self.row[pair.better], column] - given[self.row[pair.worse], column])

        head = standard.head(self.run.model, weights[:, -1])
        rewarded = rewards(head, self.states, self.run.answers).tolist()
        return Learnt(
            head,
            tuple(Judged(pair, margin(pair)) for pair in self.pairs),
            tuple(zip(self.run.answers, rewarded, strict=True)),
            tuple(Judged(pair, margin(pair)) for pair in pairs_of(self.run.fair) if pair.prompt in part_of),
        )

    def _accuracy(self, weights: torch.Tensor, pairs: Sequence[Pair]) -> float:
        given = self.plain @ weights
        better, worse = self.rows(pairs)
        return float((given[better] > given[worse]).float().mean())
