"""What is used of sacrebleu's inside is what its public interface gives: an upgrade that changes it fails here."""

import random

import numpy as np
import pytest
from sacrebleu.metrics import BLEU, CHRF

from lib.metrics import sacrebleu_internals as internals
from tests.unit.metrics.nasty import nasty_text


def corpus(count=60):
    rng = random.Random(2)
    rows = [([nasty_text(rng) for _ in range(rng.randint(1, 3))], nasty_text(rng)) for _ in range(count)]
    return [*rows, (["the cat sat on the mat"], "the cat sat on a mat")]


def test_the_working_is_what_sacrebleu_prints():
    score = BLEU(effective_order=True).sentence_score("the cat sat", ["the cat sat down"])
    assert score.format() == f"BLEU = {score.score:.2f} {internals.working(score)}"


@pytest.mark.parametrize(
    "metric", [BLEU(), BLEU(tokenize="zh", lowercase=True), CHRF()], ids=["BLEU", "BLEU zh", "chrF"]
)
def test_summed_rows_score_as_the_corpus(metric):
    rows = corpus()
    streams = [[refs[n] if n < len(refs) else None for refs, _ in rows] for n in range(3)]
    total = np.sum([internals.row_statistics(metric, refs, text) for refs, text in rows], axis=0).tolist()
    expected = metric.corpus_score([text for _, text in rows], streams).score
    assert expected > 0
    assert internals.score_of_statistics(metric, total).score == expected


@pytest.mark.parametrize("metric", [BLEU(effective_order=True), CHRF()], ids=["BLEU", "chrF"])
def test_a_row_scores_as_the_sentence(metric):
    for references, text in corpus():
        found = internals.score_of_statistics(metric, internals.row_statistics(metric, references, text)).score
        assert found == metric.sentence_score(text, references).score


def test_lines_are_forgotten():
    for name in ("13a", "intl", "zh", "char"):
        BLEU(tokenize=name).corpus_score(["a line of a visitor"], [["another"]])
    assert any(each.__call__.cache_info().currsize for each in internals.REMEMBERING)
    internals.forget_lines()
    assert not any(each.__call__.cache_info().currsize for each in internals.REMEMBERING)
