"""Scaling laws and the cost of serving, against what their papers publish."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from lib.lesson.scaling.errors import ScalingError
from lib.lesson.scaling.laws import PF_DAY, Placed, Point, at_compute, laws, rule_of_thumb, sum_law
from lib.lesson.scaling.serving import optimal_of_size, pays_after, same_loss, served_for

CHINCHILLA = Point(70e9, 1.4e12)


def test_constants_are_those_of_the_papers():
    """Hoffmann et al. 2022, equation 10; Besiroglu et al. 2024, table 1; Kaplan et al. 2020, table 2."""
    hoffmann, refit, kaplan = sum_law("hoffmann"), sum_law("besiroglu"), laws()["kaplan"]
    assert (hoffmann.e, hoffmann.a, hoffmann.b, hoffmann.alpha, hoffmann.beta) == (1.69, 406.4, 410.7, 0.34, 0.28)
    assert (refit.e, refit.a, refit.b, refit.alpha, refit.beta) == (1.8172, 482.01, 2085.43, 0.3478, 0.3658)
    assert (kaplan.alpha_n, kaplan.alpha_d, kaplan.n_c, kaplan.d_c) == (0.076, 0.103, 6.4e13, 1.8e13)


def test_the_refit_agrees_with_chinchilla_and_the_first_fit_does_not():
    """Besiroglu et al. 2024: a = 0.513, about 20 tokens per parameter; the rounded first fit needs far more."""
    assert sum_law("besiroglu").exponent == pytest.approx(0.513, abs=5e-4)
    assert sum_law("besiroglu").best(CHINCHILLA.flops).ratio == pytest.approx(20, rel=0.12)
    assert sum_law("hoffmann").exponent == pytest.approx(0.28 / 0.62)
    assert sum_law("hoffmann").best(CHINCHILLA.flops).ratio > 80
    assert rule_of_thumb(CHINCHILLA.flops).parameters == pytest.approx(70e9)


def test_kaplan_s_best_grows_fivefold_with_tenfold_compute():
    """Kaplan et al. 2020, section 1.2: N ∝ C^0.73; table 6: 1.3e9 parameters at one PF-day."""
    kaplan = laws()["kaplan"]
    assert kaplan.best(PF_DAY).parameters == pytest.approx(1.3e9)
    assert kaplan.best(10 * PF_DAY).parameters / 1.3e9 == pytest.approx(5.37, abs=0.01)


def test_kaplan_s_joint_law_becomes_his_laws_of_one_variable():
    """Equation 1.5 with endless text is (N_c / N)^alpha_N, with an endless model (D_c / D)^alpha_D."""
    kaplan = laws()["kaplan"]
    assert kaplan.loss(Point(1e9, 1e30)) == pytest.approx((6.4e13 / 1e9) ** 0.076, rel=1e-4)
    assert kaplan.loss(Point(1e40, 1e9)) == pytest.approx((1.8e13 / 1e9) ** 0.103, rel=1e-4)


@pytest.mark.parametrize("name", ["hoffmann", "besiroglu"])
@pytest.mark.parametrize("flops", [1e19, 5.88e23, 1e27])
def test_the_closed_form_is_the_lowest_point_of_the_curve(name, flops):
    law = sum_law(name)
    best = law.best(flops)
    sizes = [best.parameters * factor for factor in (0.5, 0.9, 1.0, 1.1, 2.0)]
    losses = at_compute(law, flops, sizes)
    assert min(losses) == losses[2]
    assert best.flops == pytest.approx(flops)
    assert optimal_of_size(law, best.parameters).tokens == pytest.approx(best.tokens)


def test_sardana_s_thirteen_billion():
    """Sardana et al. 2024, figure 1: at 2 trillion tokens served a 7B saves 1.7e22 FLOPs, 17%, against a 13B.

    They take alpha 0.336 and beta 0.283, less rounded than Hoffmann's print.
    """
    choice = same_loss(replace(sum_law("hoffmann"), alpha=0.336, beta=0.283), 13e9, 2e12)
    assert choice.best.point.parameters == pytest.approx(7e9, rel=0.02)
    assert choice.compute_optimal.flops - choice.best.flops == pytest.approx(1.7e22, rel=0.02)
    assert choice.saved_share == pytest.approx(0.17, abs=0.006)


def test_every_life_reaches_the_same_loss_and_without_serving_the_best_is_the_optimum():
    law = sum_law("besiroglu")
    choice = same_loss(law, 13e9, 0)
    assert all(law.loss(life.point) == pytest.approx(choice.loss) for life in choice.lives)
    assert choice.best.point.parameters == pytest.approx(13e9, rel=0.01)
    assert choice.saved_share == pytest.approx(0, abs=1e-4)


def test_the_serving_that_justifies_a_size_makes_it_the_cheapest():
    law = sum_law("besiroglu")
    choice = same_loss(law, 13e9, 5e13)
    assert served_for(law, choice.best.point) == pytest.approx(5e13, rel=0.02)
    assert served_for(law, choice.compute_optimal.point) == pytest.approx(0, abs=1e6)
    assert served_for(law, Point(175e9, 300e9)) < 0, "GPT-3 is too large for any serving"


def test_where_two_lives_cost_the_same_the_smaller_begins_to_pay():
    small, large = Point(7e9, 2e12), Point(13e9, 6e11)
    served = pays_after(small, large)
    assert small.flops + 2 * small.parameters * served == pytest.approx(large.flops + 2 * large.parameters * served)
    with pytest.raises(ScalingError, match="smaller"):
        pays_after(large, small)


@pytest.mark.parametrize("bad", [0, -1, math.inf, math.nan])
def test_what_cannot_be_is_refused(bad):
    with pytest.raises(ScalingError):
        Point(bad, 1e9)
    with pytest.raises(ScalingError):
        sum_law("besiroglu").best(bad)
    with pytest.raises(ScalingError):
        optimal_of_size(sum_law("besiroglu"), bad)


def test_a_model_too_small_never_reaches_the_loss():
    law = sum_law("besiroglu")
    assert law.tokens_for(1e6, 2.0) is None
    assert law.loss(Point(1e11, law.tokens_for(1e11, 2.0))) == pytest.approx(2.0)


def test_gpt_3_is_too_large_and_llama_too_small():
    law = sum_law("besiroglu")
    assert Placed(law, Point(175e9, 300e9)).too_large > 3
    assert Placed(law, Point(8.03e9, 15e12)).too_small > 9
    assert Placed(law, CHINCHILLA).lost < 0.001
