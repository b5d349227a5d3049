"""BLEU step by step: every count with its place, what clipping and brevity take, the geometric mean.

K. Papineni et al., "BLEU: a method for automatic evaluation of machine translation", ACL 2002, section 2.3:
BLEU = BP · exp(Σ wₙ ln pₙ), BP = 1 if c > r, else e^(1 − r/c).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from lib.metrics.errors import MetricError
from lib.metrics.pair.ngrams import Overlap, overlap
from lib.metrics.smoothing import Counts, smoothed

UNIFORM = (0.25, 0.25, 0.25, 0.25)
MAX_ORDER = 9


@dataclass(frozen=True)
class Bleu:
    """One candidate against its references. Shares of 1, as NLTK gives them; sacrebleu multiplies by 100."""

    references: tuple[tuple[str, ...], ...]
    candidate: tuple[str, ...]
    overlaps: tuple[Overlap, ...]
    weights: tuple[float, ...]
    method: int
    smoothed: tuple[Fraction | float, ...]
    """Precisions after NLTK's smoothing; empty where no word is in common and NLTK stops with an exact 0."""

    @property
    def counts(self) -> tuple[Counts, ...]:
        return tuple(counts_of(each) for each in self.overlaps)

    @property
    def precisions(self) -> tuple[float, ...]:
        """Before smoothing."""
        return tuple(float(each.value) for each in self.counts)

    @property
    def candidate_length(self) -> int:
        return len(self.candidate)

    @property
    def reference_length(self) -> int:
        """Of the reference nearest in length (section 2.2.2), of two equally near the shorter, as in NLTK."""
        return closest_length([len(reference) for reference in self.references], self.candidate_length)

    @property
    def brevity_penalty(self) -> float:
        return brevity_penalty(self.reference_length, self.candidate_length)

    @property
    def geometric_mean(self) -> float:
        return weighted_geometric_mean(self.smoothed, self.weights) if self.smoothed else 0.0

    @property
    def score(self) -> float:
        return self.brevity_penalty * self.geometric_mean

    @property
    def average_precision(self) -> float:
        """The plain average that the slide's formula names; not BLEU."""
        return math.fsum(self.precisions) / len(self.precisions)

    @property
    def average_times_penalty(self) -> float:
        """That average with BLEU's brevity penalty; not BLEU either."""
        return self.average_precision * self.brevity_penalty

    @property
    def missing_orders(self) -> tuple[int, ...]:
        """Orders with no match at all: for each of them NLTK warns that the score evaluates to 0, and it does not."""
        if not self.smoothed:
            return ()
        return tuple(index + 1 for index, each in enumerate(self.counts) if not each.matched)


def bleu(
    references: Sequence[Sequence[str]],
    candidate: Sequence[str],
    weights: Sequence[float] = UNIFORM,
    method: int = 0,
) -> Bleu:
    """Work out one candidate from tokens and keep every step.

    MetricError without references, for weights that cannot be, and where NLTK's smoothing stops.
    """
    check_weights(weights)
    if not references:
        raise MetricError("There is no reference; BLEU needs at least one text to compare with.")
    overlaps = tuple(overlap(references, candidate, n) for n in range(1, len(weights) + 1))
    after: tuple[Fraction | float, ...] = ()
    if overlaps[0].matched:
        counts = [counts_of(each) for each in overlaps]
        after = tuple(smoothed(counts, references, candidate, method, len(candidate)))
    return Bleu(tuple(map(tuple, references)), tuple(candidate), overlaps, tuple(weights), method, after)


def counts_of(found: Overlap) -> Counts:
    """Modified precision; the total is at least 1, as in NLTK, which is why one-word lines lower a corpus score."""
    return Counts(found.matched, max(found.candidate_total, 1))


def check_weights(weights: Sequence[float]) -> None:
    """Raises MetricError unless there are 1 to MAX_ORDER numbers of at least 0, not all of them 0."""
    if not 1 <= len(weights) <= MAX_ORDER:
        raise MetricError(f"There are {len(weights)} weights; BLEU here takes 1 to {MAX_ORDER}, one for each order.")
    for order, weight in enumerate(weights, start=1):
        if not (math.isfinite(weight) and weight >= 0):
            raise MetricError(f"The weight of order {order} is {weight}; it must be a number from 0 up.")
    if not any(weights):
        raise MetricError("All weights are 0; at least one order must count.")


def closest_length(lengths: Sequence[int], candidate_length: int) -> int:
    """r of Papineni et al.: the reference length nearest to the candidate's."""
    return min(lengths, key=lambda length: (abs(length - candidate_length), length))


def brevity_penalty(reference_length: int, candidate_length: int) -> float:
    """BP; an empty candidate has 0."""
    if candidate_length > reference_length:
        return 1.0
    if candidate_length == 0:
        return 0.0
    return math.exp(1 - reference_length / candidate_length)


def weighted_geometric_mean(precisions: Sequence[Fraction | float], weights: Sequence[float]) -> float:
    """exp Σ wₙ ln pₙ over the orders with pₙ > 0."""
    terms = (weight * math.log(p) for weight, p in zip(weights, precisions, strict=False) if p > 0)
    return math.exp(math.fsum(terms))
