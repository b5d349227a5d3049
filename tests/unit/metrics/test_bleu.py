"""Outside truth: NLTK 3.10.4 itself, Papineni et al. 2002, and the lecture's figures."""

import random
import warnings

import pytest
from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu

from lib.metrics.errors import MetricError
from lib.metrics.pair.bleu import bleu

REFERENCE = ["I", "am", "very", "happy", "to", "say", "that", "I", "am", "drinking", "a", "warm", "cup", "of", "tea"]
LECTURE = {
    "I am very happy that I am drinking a cup of tea": 0.4953319416460018,
    "I am very happy that I am drinking a warm cup of tea": 0.729836014355472,
    "I am very happy to say that I am drinking a warm tea": 0.7979042533838905,
}


@pytest.mark.parametrize(("candidate", "expected"), LECTURE.items())
def test_the_lecture_s_figures(candidate, expected):
    assert bleu([REFERENCE], candidate.split()).score == expected


def test_the_slide_s_average_is_another_number():
    first = bleu([REFERENCE], next(iter(LECTURE)).split())
    assert first.average_precision == pytest.approx(0.688, abs=5e-4)
    assert first.average_times_penalty == pytest.approx(0.536, abs=5e-4)


def test_clipping_as_in_the_paper():
    """Papineni et al. 2002, section 2.1, example 2: modified unigram precision 2/7."""
    references = [["the", "cat", "is", "on", "the", "mat"], ["there", "is", "a", "cat", "on", "the", "mat"]]
    counts = bleu(references, ["the"] * 7).counts[0]
    assert (counts.matched, counts.total) == (2, 7)


def test_the_closest_length_as_in_the_paper():
    """Papineni et al. 2002, section 2.2.2: references of 12, 15 and 17 words, candidate of 12, no penalty."""
    scored = bleu([["a"] * 12, ["a"] * 15, ["a"] * 17], ["a"] * 12)
    assert (scored.reference_length, scored.brevity_penalty) == (12, 1.0)


@pytest.mark.parametrize("method", range(8))
def test_every_smoothing_equals_nltk(method):
    smoothing = getattr(SmoothingFunction(), f"method{method}")
    rng = random.Random(method)
    words = ["the", "cat", "sat", "on", "a", "mat"]
    for _ in range(800):
        references = [rng.choices(words, k=rng.randint(0, 12)) for _ in range(rng.randint(1, 3))]
        candidate = rng.choices(words, k=rng.randint(0, 12))
        weights = [0.25] * 4 if rng.random() < 0.5 else [rng.random() + 0.01 for _ in range(rng.randint(1, 6))]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # NLTK warns for every missing order
            try:
                expected = sentence_bleu(references, candidate, tuple(weights), smoothing)
            except (AssertionError, IndexError):  # method 6 without a common trigram, or without order 3
                expected = None
        try:
            found = bleu(references, candidate, weights, method).score
        except MetricError:
            found = None
        assert found == expected, (references, candidate, weights)


def test_orders_without_a_match_vanish_and_nothing_in_common_is_zero():
    reference = ["a", "b", "c", "d"]
    scores = [bleu([reference], candidate.split()) for candidate in ("a b c x", "a b x y", "a x y z", "w x y z")]
    assert [len(each.missing_orders) for each in scores] == [1, 2, 3, 0]
    for each, exponent in zip(scores, (-78, -155, -232), strict=False):
        assert 10.0**exponent < each.score < 10.0 ** (exponent + 2)
    assert scores[3].score == 0


@pytest.mark.parametrize("method", [5, 7])
def test_two_smoothings_exceed_one_for_a_copy(method):
    words = ["the", "cat", "sat", "on", "the", "mat"]
    assert bleu([words], words, method=method).score == pytest.approx(1.1167, abs=5e-5)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ((), "0 weights"),
        ((0.0, 0.0), "All weights are 0"),
        ((-1.0,), "-1.0"),
        ((float("nan"),), "nan"),
        ((1.0,) * 10, "10"),
    ],
)
def test_weights_that_cannot_be(weights, message):
    with pytest.raises(MetricError, match=message):
        bleu([["a"]], ["a"], weights)


def test_no_reference_and_no_such_smoothing():
    with pytest.raises(MetricError, match="no reference"):
        bleu([], ["a"])
    with pytest.raises(MetricError, match="0 to 7"):
        bleu([["a"]], ["a"], method=8)
