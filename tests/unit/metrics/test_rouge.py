"""Outside truth: rouge-score 0.1.2 itself, and the lecture's figures."""

import itertools

import pytest
from rouge_score import rouge_scorer

from lib.metrics.errors import MetricError
from lib.metrics.pair.lcs import lcs_length, lcs_path
from lib.metrics.pair.libraries import library_rouge
from lib.metrics.pair.rouge import rouge, rouge_tokens
from lib.metrics.pair.scored_pair import PairQuestion, score_pair
from tests.unit.metrics.nasty import nasty_pairs

MEASURES = ["rouge1", "rouge2", "rouge3", "rougeL", "rougeLsum"]


def theirs(scorer, reference, candidate):
    return {name: tuple(score) for name, score in scorer.score(reference, candidate).items()}


def ours(reference, candidate, stemmer=False):
    measures = rouge(reference, candidate, stemmer).measures
    return {name: (each.score.precision, each.score.recall, each.score.f1) for name, each in measures.items()}


def test_the_lecture_s_figures():
    reference, candidate = "it is cold outside.", "it is very cold outside."
    library = library_rouge([reference], candidate, stemmer=True)
    for scores in (ours(reference, candidate, stemmer=True), {name: tuple(each) for name, each in library.items()}):
        assert scores["rouge1"] == (0.8, 1.0, 0.8888888888888889)
        assert scores["rouge2"] == (0.5, 0.6666666666666666, 0.5714285714285715)
        assert scores["rougeL"] == (0.8, 1.0, 0.8888888888888889)


@pytest.mark.parametrize("stemmer", [False, True])
def test_the_steps_for_nasty_texts_end_where_rouge_score_does(stemmer):
    scorer = rouge_scorer.RougeScorer(MEASURES, use_stemmer=stemmer)
    for reference, candidate in nasty_pairs(2_500, seed=stemmer):
        assert ours(reference, candidate, stemmer) == theirs(scorer, reference, candidate), (reference, candidate)


def test_several_references_take_the_best_f1_of_each_measure():
    references = ("the cat sat on the mat", "a dog lay on the rug", "on the mat the cat sat")
    scores = score_pair(PairQuestion(references, "the cat lay on the mat"))
    assert {scores.steps_of(name)[0] for name in MEASURES} == {0}
    assert all(each.equal for each in scores.compared_rouge)
    assert len(scores.compared_rouge) == 15


def test_positions_show_what_was_clipped():
    scored = rouge("the cat is on the mat", "the the the cat")
    the, cat = scored.measures["rouge1"].overlap.matches
    assert (the.candidate_positions, the.reference_positions, the.matched, the.clipped) == ((0, 1, 2), ((0, 4),), 2, 1)
    assert (cat.candidate_positions, cat.reference_positions, cat.clipped) == ((3,), ((1,),), 0)


def test_the_subsequence_is_one_and_is_longest():
    for reference, candidate in nasty_pairs(300, seed=5):
        path = lcs_path(reference, candidate)
        assert all(reference[i] == candidate[j] for i, j in path)
        assert all(a < c and b < d for (a, b), (c, d) in itertools.pairwise(path))
        assert len(path) == lcs_length(reference, candidate) == _table(reference, candidate)


def _table(reference, candidate):
    """The textbook recurrence, for comparison."""
    above = [0] * (len(candidate) + 1)
    for a in reference:
        row = [0]
        for j, b in enumerate(candidate):
            row.append(above[j] + 1 if a == b else max(above[j + 1], row[j]))
        above = row
    return above[-1]


def test_the_surface_of_a_token_is_what_was_written():
    tokens = rouge_tokens("İki Cafés!", stemmer=False)
    assert [(token.text, token.surface) for token in tokens] == [("i", "İ"), ("ki", "ki"), ("caf", "Caf"), ("s", "s")]


def test_what_cannot_be_drawn_is_refused_in_a_sentence():
    with pytest.raises(MetricError, match="3,000 words"):
        rouge("word " * 3_000, "word")
    with pytest.raises(MetricError, match="no reference"):
        PairQuestion((), "word")
