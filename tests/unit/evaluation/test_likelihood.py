"""Outside truth: PyTorch's own cross-entropy over the whole text, and lm-evaluation-harness's rules by hand."""

import math

import pytest

from lib.evaluation.errors import EvaluationError
from lib.evaluation.likelihood import BenchmarkScore, ChoiceScore, Item, ItemScored, LikelihoodRun, TokenScore


def scored(*sums, choices=("yes", "certainly not"), gold=0):
    scores = tuple(
        ChoiceScore(choice, (TokenScore(choice, total),), False) for choice, total in zip(choices, sums, strict=True)
    )
    return ItemScored(Item("x", "q", choices, gold), scores, truncated=False)


def test_the_three_rules_can_disagree():
    """-6 over 3 characters is -2.0 each, -13 over 13 is -1.0: acc takes the short, acc_norm the long one."""
    item = scored(-6.0, -13.0)
    assert item.picked("acc") == 0
    assert item.picked("acc_norm") == 1
    assert item.margin == 7.0


def test_characters_and_bytes_differ_outside_ascii():
    """日本 is 2 characters and 6 bytes; -5 each: -2.5 and -1.67 per character, -0.83 and -1.67 per byte."""
    item = scored(-5.0, -5.0, choices=("日本", "yes"))
    assert item.picked("acc_norm") == 1
    assert item.picked("acc_bytes") == 0


def test_equal_values_take_the_first():
    assert scored(-3.0, -3.0, choices=("abc", "xyz")).picked("acc") == 0


def test_what_guessing_gives_is_the_binomial_distribution():
    """Ten items of two choices: the probability of at least r right is the sum of C(10, k) / 2^10 from k = r."""
    ten = BenchmarkScore(tuple(scored(-1.0, -2.0) for _ in range(10)))
    assert ten.right("acc") == 10
    assert (ten.share("acc"), ten.standard_error("acc")) == (1, 0)
    assert (ten.right_by_guessing, ten.guessing) == (5, 1 / 2)
    for right in range(11):
        expected = sum(math.comb(10, k) for k in range(right, 11)) / 2**10
        assert ten.probability_by_guessing(right) == pytest.approx(expected)


def test_the_standard_error_of_54_right_of_200():
    """√(0.27 · 0.73 / 200) is 3.1 points, as the chapter's third question says."""
    right, wrong = scored(-1.0, -2.0), scored(-2.0, -1.0)
    found = BenchmarkScore((right,) * 54 + (wrong,) * 146)
    assert found.share("acc") == 0.27
    assert found.standard_error("acc") == pytest.approx(0.0314, abs=5e-5)


def test_guessing_among_unlike_numbers_of_choices():
    """One of two and one of four, counted out: neither right 3/8, both 1/8."""
    two = BenchmarkScore((scored(-1.0, -2.0), scored(-1.0, -2.0, -3.0, -4.0, choices=("a", "b", "c", "d"))))
    assert (two.right_by_guessing, two.guessing) == (3 / 4, 3 / 8)
    assert two.probability_by_guessing(0) == 1
    assert two.probability_by_guessing(1) == pytest.approx(5 / 8)
    assert two.probability_by_guessing(2) == pytest.approx(1 / 8)


@pytest.mark.parametrize(
    ("choices", "gold", "message"),
    [
        (("one",), 0, "2 to 8"),
        (("a", " "), 0, "empty"),
        (("a", "b"), 2, "right choice"),
        (("a" * 3_000, "b"), 0, "3,00"),
    ],
)
def test_items_that_cannot_be(choices, gold, message):
    with pytest.raises(EvaluationError, match=message):
        Item("x", "q", choices, gold)


@pytest.mark.torch
def test_log_likelihoods_are_those_of_cross_entropy(bundled_is_tiny):
    import torch

    from lib.evaluation.likelihood_job import score_items
    from lib.models.catalogue import BUNDLED
    from lib.models.load import load

    item = Item("x", "The cat sat on the", ("mat today.", "moon, é"), 0)
    events = list(score_items(LikelihoodRun(BUNDLED, (item,))))
    (found,) = [event for event in events if isinstance(event, ItemScored)]
    model, tokenizer = load(bundled_is_tiny, precision="fp32")
    for choice in found.choices:
        whole = tokenizer(f"{item.context} {choice.choice}", return_tensors="pt")["input_ids"].to(model.device)
        labels = whole.clone()
        labels[:, : len(tokenizer(item.context)["input_ids"])] = -100
        count = int((labels[:, 1:] != -100).sum())
        with torch.no_grad():
            loss = model(input_ids=whole, labels=labels).loss.item()
        assert choice.log_likelihood == pytest.approx(-loss * count, rel=1e-4)
        assert len(choice.tokens) == count


@pytest.mark.torch
def test_the_seam_and_an_empty_context(tiny_model):
    from transformers import AutoTokenizer

    from lib.evaluation.likelihood_job import encode_pair

    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    context, continuation = encode_pair(tokenizer, "ends in a space ", "word")
    assert tokenizer.decode(context) == "ends in a space"
    assert tokenizer.decode(continuation) == " word"
    assert encode_pair(tokenizer, "", " a")[0] == [tokenizer.eos_token_id]


@pytest.mark.torch
def test_a_long_context_is_cut_at_the_left(bundled_is_tiny):
    from lib.evaluation.likelihood_job import score_item
    from lib.models.load import load

    model, tokenizer = load(bundled_is_tiny, precision="fp32")
    tail = "x" * 260
    long = score_item(model, tokenizer, Item("x", "secret " * 20 + tail, ("yes", "no"), 0))
    short = score_item(model, tokenizer, Item("x", tail, ("yes", "no"), 0))
    assert long.truncated
    assert [each.log_likelihood for each in long.choices] == pytest.approx(
        [each.log_likelihood for each in short.choices]
    )


@pytest.mark.torch
def test_winogrande_s_way_shares_the_continuation(bundled_is_tiny):
    from lib.evaluation.benchmarks import benchmark_items
    from lib.evaluation.likelihood_job import score_item
    from lib.models.load import load

    model, tokenizer = load(bundled_is_tiny, precision="fp32")
    found = score_item(model, tokenizer, benchmark_items()["coreference"].item)
    first, second = ("".join(token.text for token in choice.tokens) for choice in found.choices)
    assert first == second == " was too heavy."
    assert all(math.isfinite(choice.log_likelihood) for choice in found.choices)


@pytest.mark.torch
@pytest.mark.usefixtures("bundled_is_tiny")
def test_stopping_keeps_what_is_scored():
    from lib.engine import StopRequested
    from lib.evaluation.benchmarks import benchmark_items
    from lib.evaluation.likelihood import LikelihoodDone
    from lib.evaluation.likelihood_job import score_items
    from lib.models.catalogue import BUNDLED

    running = score_items(LikelihoodRun(BUNDLED, tuple(each.item for each in benchmark_items().values())))
    next(running)
    assert isinstance(next(running), ItemScored)
    assert isinstance(running.throw(StopRequested()), LikelihoodDone)


@pytest.mark.torch
@pytest.mark.usefixtures("real_model")
def test_a_real_model_knows_more_than_a_guesser():
    """SmolLM2 knows that Paris is the capital of France; nobody guesses as many of the first 12 easy questions."""
    from lib.evaluation.benchmarks import benchmarks
    from lib.evaluation.likelihood_job import score_items
    from lib.models.catalogue import REAL

    events = score_items(LikelihoodRun(REAL, benchmarks()["easy"].items[:12]))
    score = BenchmarkScore(tuple(event for event in events if isinstance(event, ItemScored)))
    capital = score.items[0]
    assert capital.choices[capital.picked("acc")].choice == "Paris."
    assert score.probability_by_guessing(score.right("acc")) < 1e-4
