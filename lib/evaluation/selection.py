"""Choosing a model by weighted factors: the ranking, and the exact weight at which another model wins.

Each factor is put on 0 to 1 over the models that remain (0 the worst of them, 1 the best; sizes on a logarithmic
scale), and a model's score is Σ wₖ vₖ / Σ wₖ. With every other weight held, Σ wₖ vₖ is a straight line in one weight,
so the winner changes where two lines cross: no search is needed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lib.evaluation.errors import EvaluationError

MAX_WEIGHT = 10.0


@dataclass(frozen=True)
class Factor:
    key: str
    label: str
    higher_is_better: bool
    logarithmic: bool
    unit: str
    kind: str
    """"published" or "formula"."""
    about: str


@dataclass(frozen=True)
class Choice:
    """A model with what is known of it; None is not published."""

    name: str
    values: Mapping[str, float | None]


@dataclass(frozen=True)
class Ranked:
    """A model with its weighted score from 0 to 1, and what makes it up."""

    name: str
    score: float
    shares: Mapping[str, float]
    """By factor, what it adds to the score; they sum to it."""
    scaled: Mapping[str, float]
    unknown: tuple[str, ...]
    """Factors that are not published and count as the worst."""

    @property
    def strongest(self) -> str:
        """The factor that adds most to the score."""
        return max(self.shares, key=self.shares.__getitem__)


@dataclass(frozen=True)
class Flip:
    """If this factor weighed `weight` instead, `winner` would win."""

    factor: str
    now: float
    weight: float
    winner: str

    @property
    def change(self) -> float:
        return self.weight - self.now


@dataclass(frozen=True)
class WeightRange:
    """From where to where one weight may go, the others held, without another model winning."""

    factor: str
    low: float
    high: float


def scale(choices: Sequence[Choice], factor: Factor) -> dict[str, float]:
    """Each model's value on 0 to 1; what is not published is 0, and equal values are all 1."""
    known = {choice.name: choice.values.get(factor.key) for choice in choices}
    shown = {name: _axis(value, factor) for name, value in known.items() if value is not None}
    if not shown:
        return dict.fromkeys(known, 0.0)
    low, high = min(shown.values()), max(shown.values())
    if low == high:
        return {name: 1.0 if name in shown else 0.0 for name in known}
    return {name: (shown[name] - low) / (high - low) if name in shown else 0.0 for name in known}


def _axis(value: float, factor: Factor) -> float:
    axis = math.log(value) if factor.logarithmic else value
    return axis if factor.higher_is_better else -axis


def rank(choices: Sequence[Choice], factors: Sequence[Factor], weights: Mapping[str, float]) -> tuple[Ranked, ...]:
    """Best first; equal scores keep the order of the table. EvaluationError if nothing is left or nothing weighs."""
    total = _checked(choices, factors, weights)
    scaled = {factor.key: scale(choices, factor) for factor in factors}
    ranked = []
    for choice in choices:
        mine = {key: column[choice.name] for key, column in scaled.items()}
        shares = {key: weights[key] * value / total for key, value in mine.items()}
        unknown = tuple(factor.key for factor in factors if choice.values.get(factor.key) is None)
        ranked.append(Ranked(choice.name, math.fsum(shares.values()), shares, mine, unknown))
    return tuple(sorted(ranked, key=lambda each: -each.score))


def flips(choices: Sequence[Choice], factors: Sequence[Factor], weights: Mapping[str, float]) -> tuple[Flip, ...]:
    """For each factor the nearest weight, down to 0 and up to MAX_WEIGHT, at which another model wins.

    The smallest change comes first. A tie at the weight itself counts for the challenger.
    """
    ranked = rank(choices, factors, weights)
    winner = ranked[0]
    found = []
    for factor in factors:
        for weight, name in _crossings(winner, ranked[1:], factor.key, weights):
            found.append(Flip(factor.key, weights[factor.key], weight, name))
    return tuple(sorted(found, key=lambda flip: abs(flip.change)))


def weight_ranges(found: Sequence[Flip], factors: Sequence[Factor]) -> tuple[WeightRange, ...]:
    """For each factor, between the nearest flips below and above; 0 to MAX_WEIGHT where there is none."""
    ranges = []
    for factor in factors:
        mine = [flip for flip in found if flip.factor == factor.key]
        low = max((flip.weight for flip in mine if flip.change <= 0), default=0.0)
        high = min((flip.weight for flip in mine if flip.change > 0), default=MAX_WEIGHT)
        ranges.append(WeightRange(factor.key, low, high))
    return tuple(ranges)


def never_flips(found: Sequence[Flip], factors: Sequence[Factor]) -> tuple[str, ...]:
    """The factors whose weight alone changes nothing, whatever it is."""
    return tuple(factor.key for factor in factors if all(flip.factor != factor.key for flip in found))


def _crossings(
    winner: Ranked, others: Sequence[Ranked], key: str, weights: Mapping[str, float]
) -> list[tuple[float, str]]:
    """Nearest crossing below and above the present weight."""
    now = weights[key]
    below: tuple[float, str] | None = None
    above: tuple[float, str] | None = None
    for other in others:
        # winner leads by gap + w · slope in Σ wₖ vₖ
        slope = winner.scaled[key] - other.scaled[key]
        gap = math.fsum(
            weight * (winner.scaled[each] - other.scaled[each]) for each, weight in weights.items() if each != key
        )
        if slope == 0:
            continue
        weight = -gap / slope
        if slope > 0 and 0 <= weight <= now and (below is None or weight > below[0]):
            below = (weight, other.name)
        if slope < 0 and now <= weight <= MAX_WEIGHT and (above is None or weight < above[0]):
            above = (weight, other.name)
    # At a weight of 0 for everything else nothing would be weighed at all.
    return [each for each in (below, above) if each is not None and _something_weighs(key, each[0], weights)]


def _something_weighs(key: str, weight: float, weights: Mapping[str, float]) -> bool:
    return weight > 0 or any(value > 0 for each, value in weights.items() if each != key)


def _checked(choices: Sequence[Choice], factors: Sequence[Factor], weights: Mapping[str, float]) -> float:
    if not choices:
        raise EvaluationError("No model fulfils all the conditions; relax one of them.")
    for factor in factors:
        weight = weights.get(factor.key)
        if weight is None or not (math.isfinite(weight) and 0 <= weight <= MAX_WEIGHT):
            raise EvaluationError(f"The weight of {factor.label} is {weight}; it must be from 0 to {MAX_WEIGHT:g}.")
    total = math.fsum(weights[factor.key] for factor in factors)
    if total == 0:
        raise EvaluationError("All weights are 0; at least one factor must count.")
    return total
