"""chrF with every quantity on the way, equal to `sacrebleu.metrics.CHRF()` 2.6.0 to the last digit.

M. Popović, "chrF: character n-gram F-score for automatic MT evaluation", WMT 2015: n-grams of characters for
n = 1 … 6, spaces left out, precision and recall averaged over n, recall weighing β = 2 times as much.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

ORDERS = 6
BETA = 2


@dataclass(frozen=True)
class CharOrder:
    n: int
    in_candidate: int
    in_reference: int
    matched: int


@dataclass(frozen=True)
class Chrf:
    """`score` is from 0 to 100, as sacrebleu gives it."""

    orders: tuple[CharOrder, ...]

    @property
    def precision(self) -> float:
        return _averages(self.statistics)[0]

    @property
    def recall(self) -> float:
        return _averages(self.statistics)[1]

    @property
    def score(self) -> float:
        return chrf_from_statistics(self.statistics)

    @property
    def statistics(self) -> list[int]:
        return [number for each in self.orders for number in (each.in_candidate, each.in_reference, each.matched)]


def chrf(references: Sequence[str], candidate: str) -> Chrf:
    """One candidate against its best reference."""
    best = max((chrf_statistics(reference, candidate) for reference in references), key=chrf_from_statistics)
    return Chrf(tuple(CharOrder(n + 1, *best[3 * n : 3 * n + 3]) for n in range(ORDERS)))


def chrf_statistics(reference: str, candidate: str) -> list[int]:
    """For each n: n-grams in the candidate, in the reference, in both. Sums over pairs score a corpus."""
    reference, candidate = "".join(reference.split()), "".join(candidate.split())
    statistics: list[int] = []
    for n in range(1, ORDERS + 1):
        in_reference = Counter(reference[i : i + n] for i in range(len(reference) - n + 1))
        in_candidate = Counter(candidate[i : i + n] for i in range(len(candidate) - n + 1))
        matched = 0
        for ngram, count in in_candidate.items():
            there = in_reference.get(ngram)
            if there:
                matched += count if count < there else there
        total = max(len(candidate) - n + 1, 0)
        # sacrebleu counts no misses of an order that the reference is too short to have.
        statistics += [total if in_reference else 0, max(len(reference) - n + 1, 0), matched]
    return statistics


def chrf_from_statistics(statistics: Sequence[float]) -> float:
    """F-score, β = 2, from 0 to 100."""
    precision, recall = _averages(statistics)
    if not precision + recall:
        return 0.0
    factor = BETA**2
    score = (1 + factor) * precision * recall
    score /= (factor * precision) + recall
    return 100 * score


def _averages(statistics: Sequence[float]) -> tuple[float, float]:
    """Precision and recall averaged over the orders that both texts are long enough to have."""
    precision, recall, orders = 0.0, 0.0, 0
    for n in range(ORDERS):
        in_candidate, in_reference, matched = statistics[3 * n : 3 * n + 3]
        if in_candidate > 0 and in_reference > 0:
            precision += matched / in_candidate
            recall += matched / in_reference
            orders += 1
    return (precision / orders, recall / orders) if orders else (0.0, 0.0)
