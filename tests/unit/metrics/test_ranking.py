"""Outside truth: pandas' ranks, numpy's correlation and a published value."""

import math
import random

import numpy as np
import pandas as pd
import pytest

from lib import curriculum
from lib.metrics.pair.presets import ranking_task
from lib.metrics.pair.ranking import kendall, spearman
from lib.metrics.pair.scored_pair import PairQuestion, score_pair


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


def test_every_metric_of_the_prediction_puts_the_right_answer_last():
    """The page's own question, scored by rouge-score, NLTK and sacrebleu."""
    asked = curriculum.chapter("metrics_playground").predict
    reference = ranking_task().reference
    assert reference in asked.question
    assert {option.text for option in asked.options} <= {each.text for each in ranking_task().candidates}
    scores = {each: score_pair(PairQuestion((reference,), each.text)).numbers() for each in asked.options}
    for metric in ("rouge1_f1", "rouge2_f1", "rougeL_f1", "bleu", "chrf"):
        last = min(asked.options, key=lambda each: scores[each][metric])
        assert last.correct, metric
    denial = next(each for each in asked.options if " not " in each.text)
    assert scores[denial]["rougeL_f1"] == max(each["rougeL_f1"] for each in scores.values())
    salad = next(each for each in asked.options if each.text.startswith("mornings"))
    assert scores[salad]["rouge1_f1"] == 1.0
