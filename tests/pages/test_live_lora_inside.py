"""Inside: a run's update of its matrices, its dial, and adapters counted; hostile links first."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import open_chapter, refused, start_and_finish


def words(app: AppTest) -> str:
    return " ".join(each.value for each in app.markdown)


@pytest.mark.parametrize(
    "query",
    [
        {"inside_part": "Everything"},
        {"inside_part": "Count", "count_rank": "3"},
        {"inside_part": "Count", "count_targets": "<b>all</b>"},
        {"inside_part": "Count", "count_model": "GPT-9"},
    ],
    ids=str,
)
def test_a_hostile_link_falls_back_to_the_default_and_says_so(query):
    app = open_chapter("live_lora", view="Inside", **query)
    assert not app.exception
    key = list(query)[-1]
    assert key in refused(app)


@pytest.mark.parametrize("part", ["The update", "The dial", "Merge"])
def test_without_a_run_it_says_where_to_get_one(part):
    app = open_chapter("live_lora", view="Inside", inside_part=part)
    assert not app.exception
    assert any("Choose **Train** above" in each.value for each in app.info)


def test_without_adapters_to_mix_both_are_one_press_away():
    app = open_chapter("live_lora", view="Inside", inside_part="Two adapters")
    assert not app.exception
    both = "Train an adapter each on “Singlish kopi orders” and “Casual to formal English”"
    assert both in [each.label for each in app.button]


def test_the_paper_s_figures_are_on_the_screen():
    app = open_chapter("live_lora", view="Inside", inside_part="Count")
    assert not app.exception
    shown = {each.value for each in app.metric}
    assert {"4.7M", "37.7M"} <= shown


@pytest.mark.thorough
@pytest.mark.usefixtures("tiny_worker")
def test_a_run_is_looked_into_dialled_and_mixed():
    app = open_chapter("live_lora", steps="10")
    start_and_finish(app, "Start")
    app.segmented_control(key="view").set_value("Inside").run()
    assert not app.exception
    assert "numbers, made from" in words(app)
    app.select_slider(key="inside_step").set_value(0).run()
    assert "starts at zero" in words(app)

    app.segmented_control(key="inside_part").set_value("The dial").run()
    start_and_finish(app, "Ask at every strength")
    assert any("All settings" in each.label for each in app.expander), "an answer at each strength"
    app.select_slider(key="dial_strength").set_value(0.0).run()
    assert "λ = 0" in words(app)
    assert any("this is the base model" in each.value for each in app.caption)
    app.text_input(key="dial_prompt").set_value(" ").run()
    start_and_finish(app, "Ask at every strength")
    assert any("A prompt must have 1 to 300 characters" in each.value for each in app.error)

    app.segmented_control(key="inside_part").set_value("Two adapters").run()
    start_and_finish(app, "Train an adapter on “Casual to formal English”")
    assert not any(each.label.startswith("Train an adapter") for each in app.button), "both are there"
    start_and_finish(app, "Mix them")
    assert "Both at full strength" in words(app)
    assert "50% and 50%" in words(app)
    assert not app.exception
