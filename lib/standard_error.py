"""How sure a mean is whose observations hang together in blocks: tokens of a text, pairs of a prompt."""

from __future__ import annotations

import math
from collections.abc import Sequence


def mean_and_error(sums: Sequence[float], counts: Sequence[int]) -> tuple[float, float]:
    """Mean over all observations, and its standard error from what each block sums up to.

    With a block's sum s and count n, mean m = Σs/Σn and var(m) = k/(k-1) · Σ(s - m·n)² / (Σn)² for k blocks, the
    ratio estimator of cluster sampling (Cochran 1977, "Sampling Techniques"; for evaluations Miller 2024,
    arXiv 2411.00640, section 2.2). NaN for one block.
    """
    total = sum(counts)
    mean = sum(sums) / total
    blocks = len(counts)
    if blocks < 2:
        return mean, math.nan
    spread = sum((s - mean * n) ** 2 for s, n in zip(sums, counts, strict=True))
    return mean, math.sqrt(blocks / (blocks - 1) * spread) / total
