"""The eight smoothing methods of `nltk.translate.bleu_score.SmoothingFunction`, number for number.

B. Chen and C. Cherry, "A systematic comparison of smoothing techniques for sentence-level BLEU", WMT 2014; method k
here is NLTK's `method{k}` with its default parameters, quirks included: 5 and 7 give more than 1 for a perfect pair,
4 leaves a missing order out altogether when the candidate has one word. Fractions stay fractions as long as NLTK
keeps them so, because that decides the last digit.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from lib.metrics.errors import MetricError

EPSILON, ALPHA, K = 0.1, 5, 5
Value = Fraction | float | int


@dataclass(frozen=True)
class Counts:
    """Clipped matches of one order and what they are divided by. Not reduced: 2/4 stays 2/4."""

    matched: int
    total: int

    @property
    def value(self) -> Fraction:
        return Fraction(self.matched, self.total)


@dataclass(frozen=True)
class Setting:
    """What the methods look at besides the counts."""

    candidate_length: int
    """Of the whole corpus, where there is one."""
    ngrams_in_last_candidate: tuple[int, ...]
    """How many n-grams of each order the last candidate has; NLTK's method 6 divides by these even for a corpus."""
    fifth: Fraction
    """Modified 5-gram precision of the last pair; methods 5 and 7 always look at order 5."""


def none(counts: Sequence[Counts], setting: Setting) -> list[Value]:  # noqa: ARG001 - all methods are called alike
    """A missing order becomes the smallest positive float, 2.2e-308, so that its logarithm exists."""
    return [each.value if each.matched else sys.float_info.min for each in counts]


def epsilon(counts: Sequence[Counts], setting: Setting) -> list[Value]:  # noqa: ARG001
    """0.1 match where there is none."""
    return [each.value if each.matched else EPSILON / each.total for each in counts]


def add_one(counts: Sequence[Counts], setting: Setting) -> list[Value]:  # noqa: ARG001
    """One match and one n-gram more, from order 2 up (Lin and Och 2004)."""
    return [
        each.value if index == 0 else Fraction(each.matched + 1, each.total + 1) for index, each in enumerate(counts)
    ]


def geometric(counts: Sequence[Counts], setting: Setting) -> list[Value]:  # noqa: ARG001
    """1/2, 1/4, 1/8 … of a match for each order in turn that has none (NIST's mteval)."""
    values, halvings = [], 1
    for each in counts:
        if each.matched:
            values.append(each.value)
        else:
            values.append(1 / (2**halvings * each.total))
            halvings += 1
    return values


def by_length(counts: Sequence[Counts], setting: Setting) -> list[Value]:
    """As method 3, scaled by ln(length)/5, so that short candidates earn less."""
    values, halvings = [], 1
    for each in counts:
        if not each.matched and setting.candidate_length > 1:
            share = 1 / (2**halvings * K / math.log(setting.candidate_length))
            values.append(share / each.total)
            halvings += 1
        else:
            values.append(each.value)
    return values


def neighbours(counts: Sequence[Counts], setting: Setting) -> list[Value]:
    """The average with the orders below and above."""
    return _averaged([each.value for each in counts], setting)


def interpolated(counts: Sequence[Counts], setting: Setting) -> list[Value]:
    """From order 3 up, mixed with a guess from the two orders below (Gao and He 2013)."""
    if len(counts) < 3 or not counts[2].matched:
        raise MetricError("NLTK's smoothing 6 needs at least one trigram in common; without one it stops.")
    values: list[Value] = [each.value for each in counts]
    for index in range(2, len(values)):
        prior = 0 if values[index - 2] == 0 else values[index - 1] ** 2 / values[index - 2]
        there_are = setting.ngrams_in_last_candidate[index]
        values[index] = (counts[index].matched + ALPHA * prior) / (there_are + ALPHA)
    return values


def both(counts: Sequence[Counts], setting: Setting) -> list[Value]:
    """Method 4, then method 5."""
    return _averaged(by_length(counts, setting), setting)


def _averaged(values: list[Value], setting: Setting) -> list[Value]:
    above = [*values, setting.fifth]
    averaged: list[Value] = []
    before = values[0] + 1
    for index, value in enumerate(values):
        before = (before + value + above[index + 1]) / 3
        averaged.append(before)
    return averaged


@dataclass(frozen=True)
class Smoothing:
    method: int
    name: str
    apply: Callable[[Sequence[Counts], Setting], list[Value]]

    @property
    def what(self) -> str:
        return (self.apply.__doc__ or "").split("\n")[0]


SMOOTHINGS = tuple(
    Smoothing(method, name, apply)
    for method, (name, apply) in enumerate(
        (
            ("none", none),
            ("epsilon", epsilon),
            ("add one", add_one),
            ("geometric", geometric),
            ("geometric by length", by_length),
            ("average of neighbours", neighbours),
            ("interpolation", interpolated),
            ("4 then 5", both),
        )
    )
)


def smoothing(method: int) -> Smoothing:
    """NLTK's method of that number; MetricError if there is none."""
    if method not in range(len(SMOOTHINGS)):
        raise MetricError(f"There is no smoothing method {method}; NLTK has 0 to {len(SMOOTHINGS) - 1}.")
    return SMOOTHINGS[method]
