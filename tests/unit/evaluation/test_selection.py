"""Outside truth: small tables worked out by hand, and a brute-force search over weights."""

import itertools
import random

import pytest

from lib.evaluation.errors import EvaluationError
from lib.evaluation.open_models import FACTORS, Conditions, choices, open_models
from lib.evaluation.selection import Choice, Factor, flips, never_flips, rank, scale, weight_ranges
from lib.memory.gpus import gpu

QUALITY = Factor("quality", "Quality", True, False, "", "published", "")
PRICE = Factor("price", "Price", False, False, "", "formula", "")
TABLE = (
    Choice("good", {"quality": 90, "price": 10}),
    Choice("cheap", {"quality": 60, "price": 1}),
    Choice("middle", {"quality": 80, "price": 4}),
)
BOTH = (QUALITY, PRICE)


def test_scaling_puts_the_best_at_1_and_the_worst_at_0():
    assert scale(TABLE, QUALITY) == {"good": 1, "cheap": 0, "middle": pytest.approx(2 / 3)}
    assert scale(TABLE, PRICE) == {"good": 0, "cheap": 1, "middle": pytest.approx(6 / 9)}


def test_logarithmic_scaling_makes_equal_ratios_equal():
    factor = Factor("size", "Size", True, True, "", "published", "")
    table = [Choice(name, {"size": size}) for name, size in (("a", 1), ("b", 10), ("c", 100))]
    assert scale(table, factor)["b"] == pytest.approx(0.5)


def test_what_is_not_published_counts_as_the_worst_and_is_named():
    table = (*TABLE, Choice("silent", {"quality": None, "price": 1}))
    silent = next(each for each in rank(table, BOTH, {"quality": 1, "price": 1}) if each.name == "silent")
    assert silent.unknown == ("quality",)
    assert silent.scaled["quality"] == 0


def test_ranking_and_the_shares_that_make_it():
    ranked = rank(TABLE, BOTH, {"quality": 3, "price": 1})
    assert [each.name for each in ranked] == ["good", "middle", "cheap"]
    assert ranked[0].score == pytest.approx(3 / 4)
    assert sum(ranked[1].shares.values()) == pytest.approx(ranked[1].score)


def test_the_exact_weight_at_which_the_choice_flips():
    """good 3·1 + p·0 against middle 3·2/3 + p·2/3: equal at p = 1.5, before cheap (p = 3)."""
    found = flips(TABLE, BOTH, {"quality": 3, "price": 1})
    by_price = next(flip for flip in found if flip.factor == "price")
    assert (by_price.weight, by_price.winner) == (pytest.approx(1.5), "middle")
    by_quality = next(flip for flip in found if flip.factor == "quality")
    assert (by_quality.weight, by_quality.winner) == (pytest.approx(2.0), "middle")


def test_flips_agree_with_trying_every_weight():
    rng = random.Random(1)
    factors = [Factor(key, key, rng.random() < 0.5, False, "", "", "") for key in "abc"]
    for _ in range(60):
        table = [Choice(str(i), {key: rng.uniform(1, 9) for key in "abc"}) for i in range(5)]
        weights = {key: rng.uniform(0.5, 9) for key in "abc"}
        winner = rank(table, factors, weights)[0].name
        for flip in flips(table, factors, weights):
            step = 1e-6 * (1 if flip.change >= 0 else -1)
            just_before = {**weights, flip.factor: flip.weight - step}
            just_after = {**weights, flip.factor: min(10.0, max(0.0, flip.weight + step))}
            assert rank(table, factors, just_before)[0].name == winner
            if just_after[flip.factor] == flip.weight + step:
                assert rank(table, factors, just_after)[0].name == flip.winner
        for key, direction in itertools.product("abc", (0.0, 10.0)):
            if rank(table, factors, {**weights, key: direction})[0].name != winner:
                assert any(
                    flip.factor == key and (flip.change < 0) == (direction == 0)
                    for flip in flips(table, factors, weights)
                )


@pytest.mark.parametrize(
    ("table", "weights", "message"),
    [
        ((), {"quality": 1, "price": 1}, "No model"),
        (TABLE, {"quality": 0, "price": 0}, "All weights are 0"),
        (TABLE, {"quality": 11, "price": 0}, "from 0 to 10"),
        (TABLE, {"quality": 1}, "None"),
    ],
)
def test_what_cannot_be_ranked(table, weights, message):
    with pytest.raises(EvaluationError, match=message):
        rank(table, BOTH, weights)


def test_the_table_of_models_is_whole_and_says_where_everything_is_from():
    assert len(open_models()) >= 20
    for model in open_models():
        assert model.active_b <= model.parameters_b
        assert model.licence_freedom in (0, 0.5, 1)
        assert all((model.mmlu_source, model.arena_source, model.training_tokens_source, model.context_source))
        assert model.mmlu is None or 25 <= model.mmlu <= 100
        assert model.arena is None or 1_000 <= model.arena <= 1_500


def conditions(card, most_gpus=32, least_context_tokens=0, least_freedom=0.0):
    return Conditions(16, gpu(card), most_gpus, least_context_tokens, least_freedom)


@pytest.mark.parametrize(
    ("card", "count"),
    [
        ("A100 80GB SXM", 2),  # nvidia-smi: 81,920 MiB each, 171.8 GB; the rule asks for 70.6 x 2 x 1.2 = 169.4
        ("RTX 4090", 7),  # 24,564 MiB each: six have 154.5 GB, seven 180.3
    ],
)
def test_how_many_gpus_the_lecture_s_rule_asks_for(card, count):
    model = next(each for each in open_models() if each.name == "Llama 3.1 70B")
    assert model.serving(16).total_bytes == pytest.approx(168e9, rel=0.01)
    assert conditions(card).gpus_needed(model) == count


def test_the_least_time_for_a_token():
    """141.2 GB of weights over two cards of 2,039 GB/s."""
    model = next(each for each in open_models() if each.name == "Llama 3.1 70B")
    assert conditions("A100 80GB SXM").ms_per_token(model) == pytest.approx(141.2 / (2 * 2_039) * 1e3)


def test_conditions_leave_what_they_say():
    names = {model.name for model in conditions("H100 SXM 80GB", 1, 32_768, 1.0).allowed()}
    assert "Llama 3.1 8B" not in names  # its licence has conditions
    assert "Phi-3 medium" not in names  # 4,096 tokens
    assert all(
        model.context_tokens >= 32_768 and model.licence_freedom == 1 for model in open_models() if model.name in names
    )


def test_the_seven_factors_rank_the_real_table():
    table = choices(conditions("H100 SXM 80GB"))
    ranked = rank(table, FACTORS, {factor.key: 1.0 for factor in FACTORS})
    assert len(ranked) == len(table)
    assert all(0 <= each.score <= 1 for each in ranked)


def test_how_far_a_weight_may_go_and_what_decides():
    """By hand, as above: with price at 1, quality may fall to 2; with quality at 3, price may rise to 1.5."""
    weights = {"quality": 3, "price": 1}
    found = flips(TABLE, BOTH, weights)
    ranges = {each.factor: (each.low, each.high) for each in weight_ranges(found, BOTH)}
    assert ranges == {"quality": (pytest.approx(2.0), 10.0), "price": (0.0, pytest.approx(1.5))}
    assert never_flips(found, BOTH) == ()
    assert rank(TABLE, BOTH, weights)[0].strongest == "quality"
    assert never_flips((), BOTH) == ("quality", "price")
