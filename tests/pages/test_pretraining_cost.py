"""The page on what pretraining costs, as students and hostile links use it."""

from __future__ import annotations

import pytest

from lib.lesson.pretraining.birth import birth
from lib.lesson.pretraining.cost import presets
from tests.pages.conftest import open_chapter, refused, said

GPT3 = "GPT-3 175B"


@pytest.mark.parametrize(
    "query",
    [
        {"pc_model": "GPT-9"},
        {f"pc_u:{GPT3}": "0"},
        {f"pc_n:{GPT3}": "nan"},
        {f"pc_d:{GPT3}": "-1"},
        {f"pc_usd:{GPT3}:V100": "1e400"},
        {f"pc_gpu:{GPT3}": "<script>"},
        {"pc_water": "inf"},
        {"pc_grid_water": "-1"},
        {"pc_view": "Watch it being born", "pc_step": "7"},
    ],
    ids=lambda query: list(query)[-1],
)
def test_a_hostile_link_falls_back_to_the_default_and_says_so(query):
    app = open_chapter("pretraining_cost", **query)
    assert not app.exception
    assert list(query)[-1].partition(":")[0] in refused(app)


def test_gpt_3_s_figures_and_what_the_slide_s_price_needs():
    app = open_chapter("pretraining_cost")
    assert not app.exception
    values = {metric.label: metric.value for metric in app.metric}
    assert values["Work"] == "3.15 · 10²³ FLOPs"
    assert values["V100 hours"] == "3.56 million"
    assert values["Price"] == "USD 5.34 million"
    assert values["CO₂e"] == "554 t"
    needed = next(each.value for each in app.dataframe if "needed" in each.value)
    assert needed.set_index("assumption")["needed"]["USD per GPU hour"] == "0.90"


@pytest.mark.parametrize("name", list(presets()))
def test_every_model_has_its_figures(name):
    app = open_chapter("pretraining_cost", pc_model=name)
    assert not app.exception
    assert not app.error
    assert "6 · N · D" in said(app)


def test_a_price_of_nothing_is_no_error():
    app = open_chapter("pretraining_cost")
    app.number_input(key=f"pc_usd:{GPT3}:V100").set_value(0.0).run()
    assert not app.exception
    assert "impossible" in next(each.value for each in app.dataframe if "needed" in each.value)["needed"].tolist()


def test_a_model_is_born_and_the_page_says_that_it_is_recorded():
    app = open_chapter("pretraining_cost", pc_view="Watch it being born")
    assert "Recorded, not computed now" in said(app)
    last = birth().checkpoints[-1]
    app.select_slider(key="pc_step").set_value(last.step).run()
    assert not app.exception
    assert f"{last.held_out_nats_per_token:.2f}" in [metric.value for metric in app.metric]
