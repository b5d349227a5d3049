"""The playground as a student and a hostile link use it. The numbers are the lecture's."""

from __future__ import annotations

import pytest

from lib import curriculum
from lib.lesson.progress.record import Answered, prediction_key
from lib.metrics.pair.presets import presets, ranking_task
from lib.ui.kit import kept
from tests.pages.conftest import open_chapter, refused

HOSTILE = "<script>alert(1)</script> <img src=x onerror=alert(1)> [x](javascript:alert(1)) $$\\frac{1}{0}$$ `x` \u202e"


def html(app) -> str:
    return " ".join(element.proto.body for element in app.get("html"))


def text(app) -> str:
    return " ".join(element.value for element in (*app.markdown, *app.caption, *app.latex, *app.warning))


def test_it_opens_with_the_lecture_s_pair():
    app = open_chapter("metrics_playground")
    assert not app.exception
    assert "Recall\u00a01, precision\u00a00.800, F1\u00a00.889" in text(app)
    assert r"\frac{4}{5} = \mathbf{0.800}" in text(app)


def test_a_projector_shows_the_same_scores_and_keeps_every_setting():
    app = open_chapter("metrics_playground", present="1", step="3")
    assert not app.exception
    assert "Recall\u00a01, precision\u00a00.800, F1\u00a00.889" in text(app)
    assert app.toggle(key="stem").value
    assert app.text_input(key="ref3").value == ""


def test_it_says_that_the_steps_give_the_libraries_numbers():
    assert "all 15 of its numbers to the last digit" in text(open_chapter("metrics_playground"))
    assert "all 10 of its numbers to the last digit" in text(open_chapter("metrics_playground", view="BLEU"))


@pytest.mark.parametrize("view", ["ROUGE", "BLEU"])
def test_a_step_that_gives_another_number_is_said_loudly(view, monkeypatch):
    monkeypatch.setattr("lib.metrics.pair.ngrams.NgramMatch.matched", property(lambda self: self.count + 1))
    app = open_chapter("metrics_playground", view=view)
    assert not app.exception
    (error,) = app.error
    assert "do not give what" in error.value
    assert "Trust the library" in error.value
    assert "last digit" not in text(app)


def test_typing_changes_the_numbers():
    app = open_chapter("metrics_playground")
    app.text_input(key="cand").set_value("it is cold outside.").run()
    assert r"\frac{4}{4} = \mathbf{1}" in text(app)


@pytest.mark.parametrize("key", ["clipping", "no-4gram", "paraphrase", "swap", "tamil", "smoothing-over-1", "empty"])
def test_a_link_to_a_preset_brings_its_texts_and_its_explanation(key):
    preset = presets()[key]
    app = open_chapter("metrics_playground", preset=f"{preset.group}: {preset.title}")
    assert not app.exception
    assert app.text_input(key="cand").value == preset.question.candidate.replace("\n", "⏎")
    assert any(preset.look in expander.label for expander in app.expander)
    assert app.session_state["view"] == preset.tab


def test_what_nltk_does_without_a_match_is_said():
    app = open_chapter("metrics_playground", preset="Traps: No 4-gram in common")
    assert "7.51e-78" in text(app)
    app = open_chapter("metrics_playground", preset="Traps: A good paraphrase")
    assert not app.exception


def test_letters_that_rouge_score_loses_are_named():
    app = open_chapter("metrics_playground", ref="今天天气很好", cand="今天天气很好")
    assert any("今天天气很好" in warning.value for warning in app.warning)


@pytest.mark.parametrize("view", ["ROUGE", "BLEU", "Code"])
def test_hostile_texts_are_shown_as_they_are(view):
    app = open_chapter("metrics_playground", ref=HOSTILE, cand=HOSTILE, view=view)
    assert not app.exception
    assert "<script" not in html(app)
    assert "<img" not in html(app)
    if view == "Code":
        assert any(repr(HOSTILE) in block.value for block in app.code)


def test_a_link_with_nonsense_falls_back_and_says_so():
    app = open_chapter(
        "metrics_playground", n="99", w1="lots", tok="<b>", smooth="11: none", cand="x" * 5_000, view="BLEU"
    )
    assert not app.exception
    assert len(refused(app)) == 5


def test_all_weights_zero_is_one_sentence():
    app = open_chapter("metrics_playground", w1="0.0", w2="0.0", w3="0.0", w4="0.0")
    assert not app.exception
    assert [error.value for error in app.error] == ["All weights are 0; at least one order must count."]


def test_smoothing_6_without_a_trigram_is_one_sentence_and_the_comparison_says_stops():
    app = open_chapter("metrics_playground", smooth="6: interpolation", ref="a b c", cand="a x c")
    assert not app.exception
    assert "trigram" in app.error[0].value


def test_the_prediction_is_kept_and_then_the_student_ranks_before_the_metrics_do():
    app = open_chapter("metrics_playground")
    assert not app.multiselect
    guess = curriculum.chapter("metrics_playground").predict.options[1]
    app.radio(key=prediction_key("metrics_playground")).set_value(guess.text).run()
    record = kept._kept[app.session_state["owner"]]["progress"]
    assert record.answers[prediction_key("metrics_playground")] == Answered(guess.text, guess.text)
    labels = [each.label for each in ranking_task().candidates]
    app.multiselect[0].set_value(labels[:2]).run()
    assert "2 to go." in text(app)
    app.multiselect[0].set_value(labels).run()
    assert not app.exception
    assert any("Judge" in frame.value.columns for frame in app.dataframe)
