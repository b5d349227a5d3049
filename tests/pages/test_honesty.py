"""Honesty measured, through AppTest: hostile links and questions first, then every view, and asking a model."""

from __future__ import annotations

import pytest

from lib.alignment.honesty.facts import EXAMPLE
from lib.alignment.honesty.recorded import recorded_honesty
from lib.ui.alignment.honesty.asking import BY_PROBABILITY
from lib.ui.alignment.honesty.views import VIEWS
from tests.pages.conftest import open_chapter, refused, start_and_finish


def said(app) -> str:
    return " ".join(each.value for each in (*app.markdown, *app.caption, *app.info, *app.warning))


@pytest.mark.parametrize(
    ("view", "key", "value"),
    [
        ("What it says", "ho_view", "<script>"),
        ("What it says", "ho_own_wording", "x" * 201),
        ("How sure, how right", "ho_measure", "Asked in your words"),
        ("How sure, how right", "ho_bins", "1e999"),
        ("When to be silent", "ho_threshold", "nan"),
    ],
)
def test_a_hostile_link_falls_back_to_the_default_and_says_so(view, key, value):
    app = open_chapter("honesty", **{"ho_view": view, key: value})
    assert not app.exception
    assert key in refused(app)


def test_a_question_that_cannot_be_asked_says_so_and_stays():
    app = open_chapter("honesty", ho_own="What is it?")
    assert not app.exception
    assert "Line 1 must be a question" in app.error[0].value
    assert next(each for each in app.button if each.label == "Ask it now").disabled
    assert app.text_area(key="ho_own").value == "What is it?"
    app.text_area(key="ho_own").set_value(EXAMPLE).run()
    assert not app.error
    assert not next(each for each in app.button if each.label == "Ask it now").disabled


def test_the_recorded_run_says_100_to_both():
    app = open_chapter("honesty")
    assert "it says **100%** on average; asked if it is wrong, **100%**" in said(app)
    assert "here to **200%**. In truth 75% are right" in said(app)
    assert "Recorded, not computed now" in said(app)


def test_sureness_is_read_by_the_measure_that_is_chosen():
    app = open_chapter("honesty", ho_view="How sure, how right")
    assert "on average **100%** sure, and **73%** are right" in said(app)
    assert "how sure it is: 5 of its replies" in said(app)
    assert "about a coin" in said(app)
    app.selectbox(key="ho_measure").set_value(BY_PROBABILITY).run()
    assert "on average **83%** probable, and **75%** are right" in said(app)
    assert "knows something" in said(app)
    assert "hold no number" not in said(app)


def test_silence_from_none_to_all():
    app = open_chapter("honesty", ho_view="When to be silent", ho_measure=BY_PROBABILITY, ho_threshold="0")
    assert "it gives **20** of 20 answers, and **75%** of those are right" in said(app)
    app.selectbox(key="ho_measure").set_value("Asked if it is wrong").run()
    app.slider(key="ho_threshold").set_value(50).run()
    assert "It never answers" in said(app)


def test_words_of_one_s_own_have_to_be_asked_first():
    app = open_chapter("honesty", ho_view="Fact by fact", ho_own_wording="Bet? <b>%</b> $x$")
    app.selectbox(key="ho_measure").set_value("Asked in your words").run()
    assert not app.exception
    assert "It has not been asked in these words yet" in said(app)


@pytest.mark.thorough
@pytest.mark.usefixtures("tiny_worker")
def test_a_model_without_a_chat_format_has_probabilities_alone():
    app = open_chapter("honesty", ho_view="How sure, how right", ho_model="Bundled base model", ho_own=EXAMPLE)
    start_and_finish(app, "Ask it now")
    assert "it cannot be asked how sure it is" in said(app)
    app.selectbox(key="ho_measure").set_value(BY_PROBABILITY).run()
    assert "here and now: 21 questions" in said(app)
    for view in VIEWS:
        app.segmented_control(key="ho_view").set_value(view).run()
        assert not app.exception
        assert not app.error


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_has_something_to_take_away(view):
    app = open_chapter("honesty", ho_view=view)
    assert not app.exception
    assert not app.error
    assert {"CSV", "JSON"} <= {each.label for each in app.get("download_button")}
    assert len(recorded_honesty().answers) == 20
