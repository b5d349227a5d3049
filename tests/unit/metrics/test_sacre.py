"""Outside truth: sacrebleu 2.6.0; for rank correlation pandas' ranks, numpy's correlation and published values."""

import math
import random

import numpy as np
import pandas as pd
import pytest
from sacrebleu.metrics import BLEU, CHRF, TER

from lib.metrics.errors import MetricError
from lib.metrics.pair import sacre
from lib.metrics.pair.ranking import kendall, spearman
from lib.metrics.pair.tokens import tokeniser
from tests.unit.metrics.nasty import nasty_text


@pytest.mark.parametrize("tokenise", ["13a", "intl", "whitespace"])
def test_bleu_and_chrf_with_their_signatures(tokenise):
    rng = random.Random(3)
    for _ in range(400):
        references = [nasty_text(rng) for _ in range(rng.randint(1, 3))]
        candidate = rng.choice([nasty_text(rng), references[0]])
        theirs = BLEU(tokenize=sacre.SACRE_NAMES[tokenise], effective_order=True)
        expected = theirs.sentence_score(candidate, references)
        found = sacre.sacre_bleu(references, candidate, tokenise)
        assert (found.score, found.signature) == (expected.score, str(theirs.get_signature())), (references, candidate)
        their_chrf = CHRF()
        expected = their_chrf.sentence_score(candidate, references)
        found = sacre.sacre_chrf(references, candidate)
        assert (found.score, found.signature) == (expected.score, str(their_chrf.get_signature()))


def test_the_fast_counts_are_the_slow_ones():
    rng = random.Random(4)
    cut = tokeniser("13a").cut
    for _ in range(300):
        reference, candidate = cut(nasty_text(rng)), cut(nasty_text(rng))
        assert sacre.bleu_statistics_fast(reference, candidate) == sacre.bleu_statistics([reference], candidate)


def test_ter_is_capped():
    assert (
        sacre.sacre_ter(["the cat sat"], "sat the cat").score
        == TER().sentence_score("sat the cat", ["the cat sat"]).score
    )
    with pytest.raises(MetricError, match="has 41"):
        sacre.sacre_ter(["a"], "a " * 41)


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
