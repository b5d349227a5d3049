"""Two filters for rude texts through AppTest: hostile links and texts first, then threshold, cost, and training."""

from __future__ import annotations

import pytest

from lib.alignment.toxicity.word_list import MASK
from lib.ui.alignment.toxicity.views import VIEWS
from lib.ui.kit import kept
from tests.pages.conftest import open_chapter, refused, start_and_finish

INSULT = "Nice shoes, did they come free with a pizza?"


@pytest.fixture(autouse=True)
def nobody_has_written() -> None:
    kept._kept.clear()


def said(app) -> str:
    return " ".join(each.value for each in (*app.markdown, *app.caption, *app.info, *app.success))


@pytest.mark.parametrize(
    ("view", "key", "value"),
    [
        ("Two filters", "tx_view", "<script>"),
        ("Two filters", "tx_threshold", "1e999"),
        ("Two filters", "tx_words", "x" * 801),
        ("Two filters", "tx_decay", "-inf"),
        ("Two filters", "tx_seed", "nan"),
        ("Who pays", "tx_share", "0%"),
        ("Who pays", "tx_miss", "-1"),
    ],
)
def test_a_hostile_link_falls_back_to_the_default_and_says_so(view, key, value):
    app = open_chapter("toxicity", **{"tx_view": view, key: value})
    assert not app.exception
    assert key in refused(app)


def test_a_list_without_a_word_says_so_and_the_page_goes_on():
    app = open_chapter("toxicity", tx_words=" , ,")
    assert not app.exception
    assert ["The list has no word" in error.value for error in app.error] == [True]
    assert any(header.value == "Check yourself" for header in app.header)


def test_texts_that_cannot_be_taken_are_refused_and_stay_in_the_box():
    app = open_chapter("toxicity", tx_view="Your texts")
    for text, why in (
        ("  ", "empty"),
        ("x" * 301, "characters"),
        ("The museum is closed on Mondays.", "there already"),
    ):
        app.text_input(key="tx_text").set_value(text)
        app.button(key="tx_add").click().run()
        assert not app.exception
        assert why in app.error[0].value
        assert app.text_input(key="tx_text").value == text
    hostile = "<img src=x onerror=alert(1)> **you** $x$ [a](javascript:1) clown"
    app.text_input(key="tx_text").set_value(hostile)
    app.radio(key="tx_label").set_value(True)
    app.button(key="tx_add").click().run()
    assert not app.exception
    assert not app.error
    shown = app.dataframe[0].value["Your text"].tolist()
    assert shown == [hostile.replace("clown", MASK)]
    assert "train again" in app.dataframe[0].value.to_string()


def test_one_slider_moves_matrix_scores_and_cost():
    app = open_chapter("toxicity")
    assert "the list lets **18** pass and the classifier **7**, at a threshold of 50%" in said(app)
    app.slider(key="tx_threshold").set_value(0).run()
    assert "the classifier **32**; of 32 rude ones the list lets **18** pass and the classifier **0**" in said(app)
    app.segmented_control(key="tx_view").set_value("Who pays").run()
    assert "**9,800** false alarms and **0** misses" in said(app)
    app.slider(key="tx_threshold").set_value(100).run()
    assert "**200** misses" in said(app)
    app.slider(key="tx_false_alarm").set_value(0).run()
    app.slider(key="tx_miss").set_value(0).run()
    assert "Neither error costs anything" in said(app)


def test_the_price_is_worked_out_by_bayes_rule():
    app = open_chapter("toxicity", tx_view="Who pays")
    assert "the cheapest threshold would be 91% = a/(a + b), a = 1 · 98.0% · 50%, b = 5 · 2.0% · 50%" in said(app)


def test_a_word_of_one_s_own_and_words_inside_words():
    app = open_chapter("toxicity", tx_words="kill", tx_view="How each fails")
    assert "**Harmless, and flagged: 2**" in said(app)
    app.toggle(key="tx_inside").set_value(True).run()
    assert "**Harmless, and flagged: 3**" in said(app)
    assert "skills" in said(app)


@pytest.mark.usefixtures("tiny_worker")
def test_the_classifier_learns_from_a_text_of_one_s_own():
    app = open_chapter("toxicity", tx_view="Your texts", tx_model="Bundled base model")
    app.text_input(key="tx_text").set_value(INSULT)
    app.radio(key="tx_label").set_value(True)
    app.button(key="tx_add").click().run()
    assert "1 of your texts will be learnt from" in said(app)
    start_and_finish(app, "Train it now")
    assert "will be learnt from" not in said(app)
    row = app.dataframe[0].value.iloc[0]
    assert row["Word list"] == "passes"
    assert row["P(rude)"].endswith("%")
    assert "read 65 texts here and now" in said(app)
    app.button(key="tx_out_0").click().run()
    assert not app.exception
    assert not app.dataframe


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_has_something_to_take_away(view):
    app = open_chapter("toxicity", tx_view=view)
    assert not app.exception
    assert not app.error
    assert {"CSV", "JSON"} <= {each.label for each in app.get("download_button")}
