"""Outside truth: sacrebleu 2.6.0 and scipy."""

import math
import random

import pytest
from sacrebleu.metrics import BLEU, CHRF, TER
from scipy.stats import kendalltau, spearmanr

from lib.metrics import sacre
from lib.metrics.errors import MetricError
from lib.metrics.ranking import kendall, spearman
from lib.metrics.tokens import tokeniser

from .nasty import nasty_text


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


def test_rank_correlations_are_scipy_s():
    rng = random.Random(5)
    for _ in range(300):
        size = rng.randint(2, 7)
        first, second = (rng.choices(range(4), k=size) for _ in range(2))
        if len(set(first)) == 1 or len(set(second)) == 1:
            assert math.isnan(spearman(first, second))
            assert math.isnan(kendall(first, second))
        else:
            assert spearman(first, second) == pytest.approx(spearmanr(first, second).statistic)
            assert kendall(first, second) == pytest.approx(kendalltau(first, second).statistic)
