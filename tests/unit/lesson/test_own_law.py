"""Fitting a law to recorded runs: known curves are found again, and the recording is what its script says."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lib.lesson.scaling import own
from lib.lesson.scaling.errors import ScalingError
from lib.lesson.scaling.own import AXES, FORMS, METHODS, Curve, fit, forecast, left_out, other_seeds, recorded, values

XS = (1.0, 3.0, 9.0, 30.0, 100.0)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("curve", [Curve(1.5, 3.0, 0.3, 1.0), Curve(0.9, 2.0, 0.8, 1.0)])
def test_a_curve_with_a_floor_is_found_again(method, curve):
    found = fit("floor", method, XS, [curve.at(x) for x in XS])
    assert (found.e, found.a, found.b) == pytest.approx((curve.e, curve.a, curve.b), rel=1e-4)


def test_a_power_law_by_least_squares_is_the_line_through_the_logarithms():
    """numpy's own line is the independent computation."""
    losses = [5.5, 5.1, 4.95, 4.6, 4.5]
    slope, at_first = np.polyfit(np.log(XS), np.log(losses), 1)
    found = fit("power", "squares", XS, losses)
    assert found.b == pytest.approx(-slope, rel=1e-5)
    assert found.a == pytest.approx(math.exp(at_first), rel=1e-5)
    assert found.e == 0


def test_huber_lets_one_bad_run_pull_less():
    """A run 10% off moves the line of least squares; Huber's loss counts it by its size, not by its square."""
    curve = Curve(0.0, 5.0, 0.1, 1.0)
    losses = [curve.at(x) for x in XS]
    losses[2] *= 1.1
    off = {method: abs(fit("power", method, XS, losses).at(1000) - curve.at(1000)) for method in METHODS}
    assert off["huber"] < off["squares"] / 5


def test_too_few_runs_and_impossible_curves_are_refused():
    with pytest.raises(ScalingError, match="3 runs or more"):
        fit("power", "squares", (1.0, 2.0), (5.0, 4.0))
    for bad in ((-1, 1, 1), (0, 0, 1), (0, 1, math.nan)):
        with pytest.raises(ScalingError):
            Curve(*bad, 1.0)


def test_the_recording_is_six_runs_that_grow():
    told = recorded()
    assert len(told.runs) == 6
    for axis in AXES:
        assert list(values(told.runs, axis)) == sorted(values(told.runs, axis))
    for run in told.runs:
        assert run.flops == 6 * run.parameters * run.tokens
        assert run.embedding_parameters == told.facts["vocabulary"] * run.width
        assert run.curve[0].tokens == 0
        assert run.curve[0].nats_per_token == pytest.approx(math.log(told.facts["vocabulary"]), abs=0.1)
        assert run.curve[-1].tokens == run.tokens
        low, high = run.between_books
        assert low <= run.nats_per_token <= high


def test_parameters_of_a_run_by_hand():
    """Per layer 4 d² of attention, 3 d · m of the MLP and 2 d of norms; the embedding once; a last norm."""
    for run in recorded().runs:
        wide = 8 * math.ceil(run.width / 3)
        layer = 4 * run.width**2 + 3 * run.width * wide + 2 * run.width
        assert run.parameters == 4096 * run.width + run.layers * layer + run.width


def test_each_run_learnt_more_than_the_one_before_and_than_frequencies():
    losses = [run.nats_per_token for run in recorded().runs]
    assert losses == sorted(losses, reverse=True)
    assert losses[0] < recorded().facts["knowing_only_frequencies_nats"]


def test_a_forecast_sees_five_runs_only():
    known = recorded()
    found = forecast("power", "squares", "flops")
    losses = [run.nats_per_token for run in known.shown]
    slope, start = np.polyfit(np.log(values(known.shown, "flops")), np.log(losses), 1)
    expected = math.exp(start + slope * math.log(known.hidden.flops))
    assert found.predicted == pytest.approx(expected, rel=1e-6)
    low, high = left_out("power", "squares", "flops")
    assert low < found.predicted < high
    assert len(own.all_forecasts()) == len(AXES) * len(FORMS) * len(METHODS)


def test_chance_moves_runs_further_than_the_fits_are_off():
    """What the page says: the three smallest sizes were repeated, and the close prediction is luck in part."""
    told = recorded()
    assert [each.width for each in told.repeats] == [32, 48, 64] * 2
    assert told.seed_spread > max(abs(error) for error in told.errors())
    assert told.seed_spread > told.runs[4].nats_per_token - told.hidden.nats_per_token
    low, high = other_seeds("flops")
    assert high - low > 0.05


def test_near_by_the_law_holds_and_floors_are_anything():
    """What the page says of these very runs."""
    least, most = recorded().errors()
    assert -0.05 < least < most < 0.05
    floors = [each.curve.e for each in own.all_forecasts() if each.form == "floor"]
    assert min(floors) < 0.1
    assert max(floors) > recorded().runs[0].nats_per_token / 2
    one, other = (forecast(form, "squares", "parameters").far_away for form in FORMS)
    assert other - one > 0.3
