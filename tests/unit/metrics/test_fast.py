"""The corpus' faster path gives the libraries' numbers, and does far less work for them."""

import pytest
from nltk.translate.bleu_score import closest_ref_length, modified_precision
from rouge_score import rouge_scorer

from lib.metrics.corpus.fast import ROUGE_NAMES, clipped_counts, fast_rouge
from lib.metrics.pair.lcs import lcs_length
from tests.unit.metrics.nasty import nasty_pairs, word_pairs


class Word(str):
    """A word that counts how often it is hashed or compared."""

    __slots__ = ()
    touched = 0

    def __hash__(self):
        Word.touched += 1
        return super().__hash__()

    def __eq__(self, other):
        Word.touched += 1
        return super().__eq__(other)


@pytest.mark.parametrize("stemmer", [False, True])
def test_fast_rouge_is_rouge_score_s(stemmer):
    scorer = rouge_scorer.RougeScorer(list(ROUGE_NAMES), use_stemmer=stemmer)
    for reference, candidate in [*nasty_pairs(2_000, seed=stemmer), *word_pairs(500, seed=stemmer)]:
        expected = {name: tuple(score) for name, score in scorer.score(reference, candidate).items()}
        found = fast_rouge([reference], candidate, stemmer)
        assert {n: (s.precision, s.recall, s.f1) for n, s in found.items()} == expected, (reference, candidate)


def test_of_several_references_the_best_counts():
    references = [reference for reference, _ in word_pairs(3, words=8, seed=3)]
    for _, candidate in word_pairs(50, words=8, seed=4):
        expected = rouge_scorer.RougeScorer(list(ROUGE_NAMES)).score_multi(references, candidate)
        found = fast_rouge(references, candidate)
        assert {n: (s.precision, s.recall, s.f1) for n, s in found.items()} == {
            name: tuple(score) for name, score in expected.items()
        }


def test_clipped_counts_are_nltk_s():
    for (one, text), (two, _) in zip(nasty_pairs(400, seed=6), nasty_pairs(400, seed=7), strict=True):
        references, candidate = [one.split(), two.split()], text.split()
        length, nearest, *counts = clipped_counts(references, candidate, 5)
        assert (length, nearest) == (len(candidate), closest_ref_length(references, len(candidate)))
        for n in range(1, 6):
            theirs = modified_precision(references, candidate, n)
            assert (counts[n - 1], max(counts[4 + n], 1)) == (theirs.numerator, theirs.denominator)


def test_work_grows_with_the_words_and_not_with_their_product():
    """rouge-score's table compares each of 1,000 words with each of 1,000: a million comparisons and more."""
    ((reference, candidate),) = word_pairs(1, words=1_000)
    there, here = [[Word(word) for word in text.split()] for text in (reference, candidate)]
    Word.touched = 0
    longest = lcs_length(there, here)
    assert Word.touched < 10 * 2_000
    Word.touched = 0
    clipped_counts([there], here, 4)
    assert Word.touched < 50 * 2_000
    theirs = rouge_scorer.RougeScorer(["rougeL"]).score(reference, candidate)["rougeL"]
    assert longest == round(theirs.recall * 1_000)
