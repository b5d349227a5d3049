"""Outside truth: NLTK, rouge-score and sacrebleu on the same rows, sacrebleu's PairedTest for the comparison."""

import csv
import io
import math
import statistics
import warnings
from dataclasses import replace

import numpy as np
import pytest
from nltk.translate.bleu_score import SmoothingFunction, corpus_bleu, sentence_bleu
from rouge_score import rouge_scorer
from rouge_score.scoring import BootstrapAggregator, Score
from sacrebleu.metrics import BLEU, CHRF
from sacrebleu.significance import PairedTest

from lib.engine import StopRequested
from lib.metrics.corpus.job import CorpusScored, result_rows, score_corpus
from lib.metrics.corpus.reading.file import Pair, Pairs, Refused
from lib.metrics.corpus.rows import MEASURES, CorpusJob, SystemScores
from lib.ui.kit.exports import csv_of
from tests.unit.metrics.nasty import nasty_pairs, word_pairs


def job_of(rows, **settings):
    pairs = (Pair(number, (row[0],), *row[1:]) for number, row in enumerate(rows, start=2))
    return CorpusJob(Pairs(tuple(pairs), ()), **settings)


def scored(job) -> CorpusScored:
    return list(score_corpus(job))[-1]


@pytest.mark.parametrize("stemmer", [False, True])
def test_rows_and_corpus_equal_the_libraries(stemmer):
    rows = [row for row in nasty_pairs(700, seed=9) if row[0].strip()] + word_pairs(100, seed=2)
    result = scored(job_of(rows, stemmer=stemmer))
    scorer = rouge_scorer.RougeScorer(["rouge1", "rouge2", "rougeL", "rougeLsum"], use_stemmer=stemmer)
    bleu, chrf = BLEU(effective_order=True), CHRF()
    (system,) = result.systems
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NLTK's warning about missing orders
        for (reference, candidate), values in zip(rows, system.values, strict=True):
            expected = [part for score in scorer.score(reference, candidate).values() for part in score]
            expected.append(sentence_bleu([reference.split()], candidate.split()))
            expected.append(bleu.sentence_score(candidate, [reference]).score)
            expected.append(chrf.sentence_score(candidate, [reference]).score)
            assert values.tolist() == expected, (reference, candidate)
        references, candidates = zip(*rows, strict=True)
        assert system.corpus_nltk_bleu == corpus_bleu(
            [[r.split()] for r in references], [c.split() for c in candidates]
        )
    whole = BLEU()
    assert system.corpus_sacrebleu == whole.corpus_score(candidates, [references]).score
    assert result.bleu_signature == str(whole.get_signature())
    assert system.corpus_chrf == CHRF().corpus_score(candidates, [references]).score


@pytest.mark.parametrize("method", range(8))
def test_smoothing_of_a_corpus_is_nltk_s_with_its_last_pair(method):
    rows = word_pairs(40, words=9, seed=method)
    smoothing = getattr(SmoothingFunction(), f"method{method}")
    references, candidates = [[r.split()] for r, _ in rows], [c.split() for _, c in rows]
    (system,) = scored(job_of(rows, method=method)).systems
    assert system.corpus_nltk_bleu == corpus_bleu(references, candidates, smoothing_function=smoothing)


def test_a_perfect_corpus_of_one_word_lines_is_not_perfect_to_nltk():
    rows = [("yes", "yes"), ("no", "no"), ("the cat sat on the mat",) * 2]
    (system,) = scored(job_of(rows)).systems
    assert system.corpus_nltk_bleu == pytest.approx(0.7311, abs=5e-5)
    assert system.corpus_sacrebleu == pytest.approx(100)


def test_the_comparison_is_sacrebleu_s():
    rows = [
        (reference, first, second)
        for (reference, first), (_, second) in zip(word_pairs(120), word_pairs(120, seed=0), strict=True)
    ]
    rows = [(r, a, b if i % 3 else r) for i, (r, a, b) in enumerate(rows)]
    references, first, second = map(list, zip(*rows, strict=True))
    _, theirs = PairedTest(
        [("first", first), ("second", second)], {"BLEU": BLEU(), "chrF2": CHRF()}, [references], "bs", n_samples=200
    )()
    for comparison in scored(job_of(rows, samples=200)).comparisons[:2]:
        one, two = theirs[comparison.metric]
        assert (comparison.first.score, comparison.second.score) == (one.score, two.score)
        assert comparison.p_value == two.p_value
        for found, expected in ((comparison.first, one), (comparison.second, two)):
            assert (found.mean, found.half_width) == (float(expected.mean), float(expected.ci))


def test_two_equal_systems_do_not_differ():
    rows = [(reference, candidate, candidate) for reference, candidate in word_pairs(60)]
    for comparison in scored(job_of(rows, samples=100)).comparisons:
        assert comparison.difference == 0
        assert comparison.difference_low == comparison.difference_high == 0


def test_stopping_keeps_the_rows_done():
    job = job_of(word_pairs(3_000))
    running = score_corpus(job)
    progress = next(running)
    assert 0 < progress.done < progress.total == 3_000
    result = running.throw(StopRequested())
    assert result.stopped
    assert len(result.row_numbers) == progress.done == len(result.systems[0].values)
    assert result.systems[0].corpus_sacrebleu > 0


def test_the_file_to_take_away_loses_nothing_and_runs_nothing():
    pairs = Pairs(
        (Pair(2, ("=cmd|' /C calc'!A0",), "<script>alert(1)</script>"), Pair(4, ("b",), "+b")), (Refused(3, "blank"),)
    )
    job = CorpusJob(pairs)
    result = scored(job)
    header, *rows = csv.reader(io.StringIO(csv_of(result_rows(job, result))))
    assert [row[0] for row in rows] == ["2", "4", "3"]
    assert rows[0][1] == "'=cmd|' /C calc'!A0"
    assert rows[0][2] == "<script>alert(1)</script>"
    assert rows[1][2] == "'+b"
    assert rows[2][header.index("not_scored_because")] == "blank"
    numbers = [float(cell) for cell in rows[1][3 : 3 + len(MEASURES)]]
    assert numbers == result.systems[0].values[1].tolist()
    assert result.bleu_signature in rows[0]


def test_values_are_a_matrix_named_by_measures():
    (system,) = scored(job_of(word_pairs(5))).systems
    assert system.values.shape == (5, len(MEASURES))
    assert np.isfinite(system.values).all()
    assert system.mean("rouge1_f1") == pytest.approx(system.column("rouge1_f1").sum() / 5)


def test_what_is_said_of_a_measure_is_what_sorting_by_hand_gives():
    """NLTK's smoothing 6 gives the second row no number."""
    scores = [0.5, math.nan, 0.25, 0.75, 0.25]
    values = np.zeros((5, len(MEASURES)))
    values[:, MEASURES.index("nltk_bleu")] = scores
    values[:, MEASURES.index("chrf2")] = math.nan
    system = SystemScores(values, 0.0, 0.0, 0.0)
    assert system.worst_first("nltk_bleu") == [1, 2, 4, 0, 3]
    assert system.spread("nltk_bleu") == (0.25, statistics.median([0.5, 0.25, 0.75, 0.25]), 0.75)
    assert all(map(math.isnan, system.spread("chrf2")))


def test_rows_per_second_are_all_rows_over_all_seconds():
    result = replace(scored(job_of(word_pairs(6))), elapsed_s=1.5)
    assert result.rows_per_s == 4


def test_the_middle_of_rouge_score_s_aggregator_is_the_median_of_resampled_means_as_the_page_says():
    values = np.array([1.0, 0.4, 0.85, 0.1, 0.7, 1.0, 0.33])

    def middle() -> float:
        aggregator = BootstrapAggregator()
        for value in values:
            aggregator.add_scores({"rougeL": Score(value, value, value)})
        return aggregator.aggregate()["rougeL"].mid.fmeasure

    np.random.seed(3)
    found, again = middle(), middle()
    np.random.seed(3)
    means = [values[np.random.choice(np.arange(7), size=7)].mean() for _ in range(1_000)]
    assert found == pytest.approx(np.median(means))
    assert found != pytest.approx(values.mean())
    assert found != again
