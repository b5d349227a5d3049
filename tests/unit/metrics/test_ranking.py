"""Outside truth: pandas' ranks, numpy's correlation and a published value."""

import math
import random

import numpy as np
import pandas as pd
import pytest

from lib.metrics.pair.ranking import kendall, spearman


def test_rank_correlations_with_ties():
    """Spearman's ρ is Pearson's correlation of mean ranks; Kendall's τ-b is the cosine of the matrices of signs."""
    rng = random.Random(5)
    for _ in range(300):
        size = rng.randint(2, 7)
        first, second = (rng.choices(range(4), k=size) for _ in range(2))
        if len(set(first)) == 1 or len(set(second)) == 1:
            assert math.isnan(spearman(first, second))
            assert math.isnan(kendall(first, second))
            continue
        ranks = [pd.Series(each).rank().to_numpy() for each in (first, second)]
        assert spearman(first, second) == pytest.approx(np.corrcoef(*ranks)[0, 1])
        a, b = (np.sign(np.subtract.outer(each, each)) for each in (first, second))
        assert kendall(first, second) == pytest.approx((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum()))


def test_rank_correlations_as_worked_out_on_wikipedia():
    """Hours of television against IQ, "Spearman's rank correlation coefficient": ρ = −29/165."""
    iq = [106, 100, 86, 101, 99, 103, 97, 113, 112, 110]
    hours = [7, 27, 2, 50, 28, 29, 20, 12, 6, 17]
    assert spearman(iq, hours) == pytest.approx(-29 / 165)
