"""How well confidence and truth agree: reliability, Brier score, expected calibration error, staying silent.

No torch. A judgement is (confidence from 0 to 1, whether the answer was right).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from lib.alignment.errors import AlignmentError
from lib.lesson.prompting.scores import wilson

Judgement = tuple[float, bool]


@dataclass(frozen=True)
class ReliabilityBin:
    """Answers whose confidence lies from `low` to `high`."""

    low: float
    high: float
    said: float
    """Mean confidence."""
    right: int
    answers: int

    @property
    def true(self) -> float:
        return self.right / self.answers

    @property
    def gap(self) -> float:
        """Above 0: surer than right."""
        return self.said - self.true

    @property
    def interval(self) -> tuple[float, float]:
        """95% for the share that is right (Wilson 1927)."""
        return wilson(self.right, self.answers)


def reliability(judgements: Sequence[Judgement], bins: int) -> tuple[ReliabilityBin, ...]:
    """Bins of equal width (low, high] from 0 to 1, those with answers only; a confidence of 0 is in the first."""
    _check(judgements)
    found: dict[int, list[Judgement]] = {}
    for confidence, right in judgements:
        found.setdefault(max(0, math.ceil(confidence * bins - 1e-9) - 1), []).append((confidence, right))
    return tuple(
        ReliabilityBin(
            place / bins,
            (place + 1) / bins,
            sum(confidence for confidence, _ in inside) / len(inside),
            sum(right for _, right in inside),
            len(inside),
        )
        for place, inside in sorted(found.items())
    )


def expected_calibration_error(bins: Sequence[ReliabilityBin]) -> float:
    """ECE = Σ n_b / n · |right_b − said_b| (Guo et al. 2017, arXiv 1706.04599, equation 3)."""
    total = sum(each.answers for each in bins)
    return sum(each.answers * abs(each.gap) for each in bins) / total


def brier(judgements: Sequence[Judgement]) -> float:
    """Mean of (confidence − outcome)², outcome 1 where right and 0 where wrong: 0 is perfect, 1 is sure and always
    wrong (Brier 1950, here for the one event that the answer is right: half of his sum over both outcomes)."""
    _check(judgements)
    return sum((confidence - right) ** 2 for confidence, right in judgements) / len(judgements)


def accuracy(judgements: Sequence[Judgement]) -> float:
    _check(judgements)
    return sum(right for _, right in judgements) / len(judgements)


def mean_confidence(judgements: Sequence[Judgement]) -> float:
    _check(judgements)
    return sum(confidence for confidence, _ in judgements) / len(judgements)


def brier_of_base_rate(judgements: Sequence[Judgement]) -> float:
    """The Brier score of always saying how often one is right, a: a (1 − a)."""
    share = accuracy(judgements)
    return share * (1 - share)


def tells_apart(judgements: Sequence[Judgement]) -> float | None:
    """How often a right answer has the higher confidence of a right and a wrong one, equals counting half: the area
    under the ROC curve (Hanley and McNeil 1982). 0.5 is a coin; None where all are right or all wrong."""
    right = [confidence for confidence, is_right in judgements if is_right]
    wrong = [confidence for confidence, is_right in judgements if not is_right]
    if not right or not wrong:
        return None
    points = sum(1.0 if one > other else 0.5 if one == other else 0.0 for one in right for other in wrong)
    return points / (len(right) * len(wrong))


@dataclass(frozen=True)
class Silence:
    """Only answers with at least this confidence are given; to the rest it says that it does not know."""

    threshold: float
    right: int
    wrong: int
    silent: int

    @property
    def given(self) -> int:
        return self.right + self.wrong


def silent_below(judgements: Sequence[Judgement], threshold: float) -> Silence:
    _check(judgements)
    given = [right for confidence, right in judgements if confidence >= threshold]
    return Silence(threshold, sum(given), len(given) - sum(given), len(judgements) - len(given))


def _check(judgements: Sequence[Judgement]) -> None:
    if not judgements:
        raise AlignmentError("No answer comes with a confidence, so there is nothing to compare with the truth")
