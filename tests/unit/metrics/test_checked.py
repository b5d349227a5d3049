"""The comparison made on every page: it passes because both paths agree, and it fails when one of them is wrong."""

from functools import partial

import pytest

from lib.metrics.corpus import checked as checked_module
from lib.metrics.corpus import rows as rows_module
from lib.metrics.corpus.bootstrap import paired_bootstrap
from lib.metrics.corpus.checked import MAX_CHECKED, RESAMPLES
from lib.metrics.corpus.job import score_corpus
from lib.metrics.corpus.rows import MEASURES
from lib.metrics.pair import rouge as rouge_module
from lib.metrics.pair import scored_pair as pair_module
from lib.metrics.pair.scored_pair import PairQuestion, score_pair
from tests.unit.metrics.nasty import nasty_pairs, word_pairs
from tests.unit.metrics.test_corpus import job_of


@pytest.mark.parametrize("tokenise", ["whitespace", "13a", "zh", "char"])
def test_steps_and_libraries_agree_on_nasty_pairs(tokenise):
    for index, (reference, candidate) in enumerate(nasty_pairs(300, seed=8)):
        references = (reference, candidate[::-1]) if index % 3 == 0 else (reference,)
        scores = score_pair(PairQuestion(references, candidate, index % 2 == 0, tokenise, method=index % 5))
        assert all(each.equal for each in (*scores.compared_rouge, *scores.compared_bleu)), (references, candidate)


def test_a_wrong_step_is_found_out(monkeypatch):
    question = PairQuestion(("the cat sat on the mat",), "the cat sat on a mat")
    wrong_steps = rouge_module.rouge("the cat", "a cat")
    monkeypatch.setattr(pair_module, "rouge", lambda *_: wrong_steps)
    wrong = [each for each in score_pair(question).compared_rouge if not each.equal]
    assert {each.what for each in wrong} >= {"rouge1 precision", "rouge1 recall", "rouge1 F1", "rougeL F1"}
    monkeypatch.setattr("lib.metrics.pair.bleu.brevity_penalty", lambda *_: 0.5)
    assert {"BLEU", "brevity penalty"} <= {e.what for e in score_pair(question).compared_bleu if not e.equal}


@pytest.mark.parametrize("settings", [{}, {"method": 6}, {"tokenise": "zh", "lowercase": True, "stemmer": True}])
def test_a_corpus_is_checked_on_its_own_rows(settings):
    rows = [row for row in nasty_pairs(200, seed=4) if row[0].strip()] + word_pairs(40, words=12)
    checked = list(score_corpus(job_of(rows, **settings)))[-1].checked
    assert (checked.rows, checked.differences) == (MAX_CHECKED, ())
    assert checked.numbers == MAX_CHECKED * len(MEASURES) + 3
    assert checked.resamples == 0


def two_systems(count: int, **settings):
    both = zip(word_pairs(count, words=9), word_pairs(count, words=9, seed=1), strict=True)
    return job_of([(reference, first, second) for (reference, first), (_, second) in both], **settings)


@pytest.mark.parametrize("settings", [{}, {"tokenise": "char", "lowercase": True}])
@pytest.mark.parametrize("rows", [1, 2, 45])
def test_a_comparison_is_checked_by_sacrebleu_s_own_test(rows, settings):
    checked = list(score_corpus(two_systems(rows, **settings)))[-1].checked
    assert checked.differences == ()
    assert checked.resamples == RESAMPLES
    a_system, a_comparison = len(MEASURES) * checked.rows + 3, 2 * (2 * 3 + 1)
    assert checked.numbers == 2 * a_system + a_comparison


def test_a_bootstrap_with_other_draws_is_found_out(monkeypatch):
    monkeypatch.setattr(checked_module, "paired_bootstrap", partial(paired_bootstrap, seed=1))
    wrong = {each.what for each in list(score_corpus(two_systems(45)))[-1].checked.differences}
    assert {"mean BLEU of system 1", "mean chrF2 of system 2"} <= wrong
    assert "BLEU of system 1" not in wrong  # no draw is in the score of all rows


def test_a_wrong_fast_path_is_found_out(monkeypatch):
    monkeypatch.setattr(rows_module, "clipped_counts", lambda *_: [5, 5, 4, 2, 1, 1, 5, 4, 3, 2])
    checked = list(score_corpus(job_of(word_pairs(20, words=8))))[-1].checked
    assert "nltk_bleu" in {each.what for each in checked.differences}
    assert "corpus BLEU, NLTK" in {each.what for each in checked.differences if each.row is None}


def test_rows_too_long_for_a_table_are_not_checked():
    ((reference, candidate),) = word_pairs(1, words=900)
    checked = list(score_corpus(job_of([(reference, candidate)])))[-1].checked
    assert (checked.rows, checked.numbers) == (0, 0)
