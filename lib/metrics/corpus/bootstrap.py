"""Paired bootstrap resampling between two systems, draw for draw as in sacrebleu 2.6.0.

P. Koehn, "Statistical significance tests for machine translation evaluation", EMNLP 2004. Rows are drawn with
replacement, the same rows for both systems, and both corpora are scored anew; the p-value is the share of resamples
whose difference strays from its mean by more than the difference found. sacrebleu holds all resamples at once
(400 MB for 10,000 rows); here they come one by one, so that a run can be stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

SEED = 12_345
"""sacrebleu's default."""
CHUNK = 25


@dataclass(frozen=True)
class Resampled:
    """One system under resampling. `half_width` is half of the central 95%, as sacrebleu prints after ±."""

    score: float
    mean: float
    half_width: float


@dataclass(frozen=True)
class Comparison:
    """Two systems on one metric."""

    metric: str
    first: Resampled
    second: Resampled
    p_value: float
    difference_low: float
    difference_high: float
    """The central 95% of second minus first over the resamples."""
    differences: tuple[float, ...]
    samples: int
    seed: int = SEED

    @property
    def difference(self) -> float:
        return self.second.score - self.first.score


@dataclass(frozen=True)
class BootstrapProgress:
    keep_only_newest = True
    metric: str
    done: int
    samples: int


def paired_bootstrap(
    metric: str,
    first: Sequence[Sequence[float]],
    second: Sequence[Sequence[float]],
    score_of_sum: Callable[[np.ndarray], float],
    samples: int = 1000,
    seed: int = SEED,
) -> Iterator[BootstrapProgress | Comparison]:
    """Compare two systems from the statistics of each row; yields progress, then the comparison.

    first, second   (rows, statistics): what is summed over rows before a score is made of it
    score_of_sum    the metric's score from such a sum
    """
    rows = len(first)
    rng = np.random.default_rng(seed)
    # Single precision because sacrebleu has it; whole numbers up to 16.7 million stay exact.
    a, b = np.array(first, dtype="float32"), np.array(second, dtype="float32")
    scores_a, scores_b = [], []
    for start in range(0, samples, CHUNK):
        size = min(CHUNK, samples - start)
        for drawn in rng.choice(rows, size=(size, rows), replace=True):
            scores_a.append(score_of_sum(a[drawn].sum(0)))
            scores_b.append(score_of_sum(b[drawn].sum(0)))
        yield BootstrapProgress(metric, start + size, samples)
    whole_a, whole_b = score_of_sum(np.sum(first, axis=0)), score_of_sum(np.sum(second, axis=0))
    # In the precision of the scores, again as sacrebleu: its means and p-values are then ours to the last digit.
    yield _compare_resampled(metric, (float(whole_a), np.array(scores_a)), (float(whole_b), np.array(scores_b)), seed)


def _compare_resampled(
    metric: str, first: tuple[float, np.ndarray], second: tuple[float, np.ndarray], seed: int
) -> Comparison:
    (score_a, scores_a), (score_b, scores_b) = first, second
    samples = len(scores_a)
    strays = np.abs(scores_b - scores_a)
    strays = strays - strays.mean()
    beyond = int(np.sum(strays > abs(score_a - score_b)))
    low, high = np.percentile(scores_b - scores_a, [2.5, 97.5])
    return Comparison(
        metric=metric,
        first=Resampled(float(score_a), *_central(scores_a)),
        second=Resampled(float(score_b), *_central(scores_b)),
        p_value=(beyond + 1) / (samples + 1),
        difference_low=float(low),
        difference_high=float(high),
        differences=tuple(map(float, scores_b - scores_a)),
        samples=samples,
        seed=seed,
    )


def _central(scores: np.ndarray) -> tuple[float, float]:
    """Mean, and half the width of what is left after cutting one fortieth at either end."""
    ordered = np.sort(scores)  # the mean too is of them in order, as sacrebleu's: it decides the last digit
    cut = len(ordered) // 40
    return float(ordered.mean()), float(0.5 * (ordered[len(ordered) - cut - 1] - ordered[cut]))
