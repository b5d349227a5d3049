"""What pretraining costs, against published figures."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from lib.lesson.pretraining.cost import (
    BUNDLED,
    accelerators,
    carbon_range,
    presets,
    price_range,
    ranges,
    slide_usd,
    water_range,
)
from lib.lesson.pretraining.errors import PretrainingError


def test_gpt_3_is_that_of_its_papers():
    """Brown et al. 2020, table D.1: 3.14e23 FLOPs. Patterson et al. 2021, table 4: 10,000 V100 for 14.8 days, 1,287
    MWh, 552.1 t. Lambda 2020: 28 TFLOPS and USD 1.50 an hour make 355 years and USD 4.6 million."""
    gpt3 = presets()["GPT-3 175B"].pretraining
    assert gpt3.flops == pytest.approx(3.14e23, rel=0.005)
    assert gpt3.gpu_hours == pytest.approx(10_000 * 14.8 * 24, rel=0.005)
    assert gpt3.energy_kwh == pytest.approx(1_287_000, rel=0.005)
    assert gpt3.carbon_kg == pytest.approx(552_100, rel=0.005)
    lambda_ = replace(gpt3, utilization=28 / 125, usd_per_hour=1.5)
    assert lambda_.gpu_hours / 24 / 365 == pytest.approx(355, rel=0.005)
    assert lambda_.usd == pytest.approx(4.6e6, rel=0.02)


def test_the_slide_s_price_needs_a_cheaper_hour():
    """USD 3.2 million over 3.55 million GPU hours is about 0.90 an hour."""
    gpt3 = presets()["GPT-3 175B"].pretraining
    hour = gpt3.needed_for(slide_usd(), "usd_per_hour")
    assert hour == pytest.approx(3.2e6 / (10_000 * 14.8 * 24), rel=0.005)
    assert replace(gpt3, usd_per_hour=hour).usd == pytest.approx(slide_usd())
    share = gpt3.needed_for(slide_usd(), "utilization")
    assert replace(gpt3, utilization=share).usd == pytest.approx(slide_usd())
    assert share == pytest.approx(0.327, abs=0.002)
    assert gpt3.needed_for(1, "utilization") is None, "no card does more than its peak"


def test_water_is_li_s_but_for_the_cooling_counted_twice():
    """Li et al. 2023 take 1,287 MWh as the servers' own: 0.708 million litres at the site, 4.73 at the power plant
    with their PUE of 1.17. It already has Patterson's PUE of 1.10 in it."""
    gpt3 = presets()["GPT-3 175B"].pretraining
    as_li = replace(gpt3, power_w=gpt3.power_w * 1.1, pue=1.17)
    assert as_li.site_water_l == pytest.approx(708_000, rel=0.01)
    assert as_li.grid_water_l == pytest.approx(4_731_000, rel=0.01)
    assert gpt3.site_water_l == pytest.approx(708_000 / 1.1, rel=0.01)
    published = presets()["GPT-3 175B"].published
    assert published["site_water_m3"] + published["grid_water_m3"] == 5_439


def test_water_by_table_1_of_li_is_least_in_texas_and_most_in_washington():
    """Per kWh of the servers, on-site + PUE · off-site: Texas 0.250 + 1.280 · 1.287, Washington 0.950 + 1.150 · 9.501
    litres, which the table gives as 7.590 and 47.506 ml for the 0.004 kWh of a request."""
    for site, pue, grid, millilitres in ((0.25, 1.28, 1.287, 7.590), (0.95, 1.15, 9.501, 47.506)):
        place = {"water_l_per_kwh": site, "pue": pue, "grid_water_l_per_kwh": grid}
        there = replace(presets()["GPT-3 175B"].pretraining, **place)
        assert there.water_l / there.it_energy_kwh * 4 == pytest.approx(millilitres, abs=0.002)
        low, high = water_range(there)
        assert low < there.water_l < high
    assert (ranges()["grid_water_l_per_kwh"].low, ranges()["grid_water_l_per_kwh"].high) == (1.287, 9.501)


def test_llama_is_near_what_meta_reports():
    large = presets()["Llama 3.1 405B"]
    assert large.pretraining.flops == pytest.approx(3.8e25, rel=0.005)
    implied = replace(
        large.pretraining, utilization=large.pretraining.utilization * large.pretraining.gpu_hours / 30.84e6
    )
    assert implied.utilization == pytest.approx(0.345, abs=0.005)
    assert implied.carbon_kg == pytest.approx(8_930_000, rel=0.01)
    small = presets()["Llama 3.1 8B"].pretraining
    assert small.gpu_hours == pytest.approx(1.46e6, rel=0.02)
    assert small.carbon_kg == pytest.approx(420_000, rel=0.02)


def test_the_bundled_model_is_its_own_record():
    assert presets()[BUNDLED].pretraining.flops == 6 * 5_770_496 * 27_033_600
    assert presets()[BUNDLED].pretraining.tokens == 6_600 * 16 * 256


def test_every_preset_lies_within_its_ranges_and_every_range_has_sources():
    for preset in presets().values():
        card = accelerators()[preset.accelerator]
        low, high = price_range(preset.pretraining, card)
        assert 0 < low <= preset.pretraining.usd <= high
        low, high = carbon_range(preset.pretraining, card)
        assert 0 < low <= preset.pretraining.carbon_kg <= high
    for each in (*ranges().values(), *accelerators().values()):
        assert each.sources
        assert all(source.url.startswith("https://") for source in each.sources)


@pytest.mark.parametrize(
    "bad",
    [
        {"utilization": 0},
        {"utilization": 1.1},
        {"pue": 0.9},
        {"tokens": 0},
        {"usd_per_hour": -1},
        {"power_w": math.inf},
    ],
)
def test_assumptions_that_cannot_be_are_named(bad):
    with pytest.raises(PretrainingError, match="must"):
        replace(presets()["GPT-3 175B"].pretraining, **bad)
