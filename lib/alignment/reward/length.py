"""What judges and rewards make of an answer's length, and what a correction for it wins back. No torch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from statistics import linear_regression

from lib.alignment.preferences import Pair
from lib.alignment.reward.run import Fitted, Judged, accuracy
from lib.standard_error import mean_and_error


def longer_wins(pairs: Sequence[Pair]) -> float:
    """Accuracy of the rule that the longer answer is the better one, in tokens; equal lengths count half."""
    return _share(pairs, lambda pair: pair.better.tokens - pair.worse.tokens)


def longer_preferred(judged: Sequence[Judged]) -> float:
    """Share of pairs in which the reward prefers the longer answer; equal lengths and equal rewards count half."""
    return _share(judged, lambda each: each.margin * (each.pair.better.tokens - each.pair.worse.tokens))


def _share(items: Sequence, by: Callable[[object], float]) -> float:
    signs = [by(each) for each in items]
    return sum(0.5 * (sign >= 0) + 0.5 * (sign > 0) for sign in signs) / len(signs)


def slope_through_mean(tokens: Sequence[float], rewards: Sequence[float]) -> float:
    """What a token more adds to the reward, by least squares, both told from their means; 0 if all are as long."""
    return linear_regression(tokens, rewards, proportional=True).slope if any(tokens) else 0.0


@dataclass(frozen=True)
class Sides:
    """How often a reward sides with the fair judge, as learnt and corrected, on the same unseen pairs."""

    pairs: int
    as_learnt: float
    corrected: float


@dataclass(frozen=True)
class WonBack:
    """What the correction does to the agreement with a judge who does not care for length."""

    all: Sides
    turned: Sides | None
    """Pairs that the length has turned round, so that the judges contradict each other; None if there are none."""
    others: Sides | None
    prompts: int
    error: float
    """Standard error of the difference over all pairs, a prompt being one observation."""

    @property
    def gained(self) -> float:
        return self.all.corrected - self.all.as_learnt

    @property
    def beyond_chance(self) -> bool:
        return abs(self.gained) > 2 * self.error


def won_back(fitted: Fitted, turned: Collection[Pair]) -> WonBack | None:
    """None where the run was not told of a fair judge; `turned` are pairs as this judge has them."""
    before, after = fitted.as_learnt.fair, fitted.lengthless.fair
    if not before:
        return None

    def on(which: Callable[[Pair], bool]) -> Sides | None:
        some = [tuple(each for each in judged if which(each.pair)) for judged in (before, after)]
        return Sides(len(some[0]), *map(accuracy, some)) if some[0] else None

    return WonBack(
        on(lambda _: True),
        on(lambda pair: pair in turned),
        on(lambda pair: pair not in turned),
        len({each.pair.prompt for each in before}),
        error_by_prompt(before, after),
    )


def error_by_prompt(before: Sequence[Judged], after: Sequence[Judged]) -> float:
    """Standard error of the difference between two accuracies on the same pairs, a prompt's pairs hanging together; 0
    for a single prompt, which cannot tell."""
    pairs: Counter = Counter(each.pair.prompt for each in before)
    gained: Counter = Counter()
    for one, other in zip(before, after, strict=True):
        gained[one.pair.prompt] += other.right - one.right
    if len(pairs) < 2:
        return 0.0
    _, error = mean_and_error([gained[prompt] for prompt in pairs], list(pairs.values()))
    return error
