"""The page on the next token as students and hostile links use it."""

from __future__ import annotations

import pytest

from lib.lesson.pretraining.guessing import passages
from tests.pages.conftest import button, open_chapter, refused, start_and_finish


def text(app) -> str:
    shown = (*app.markdown, *app.caption, *app.info, *app.warning)
    return " ".join(element.value for element in shown) + " ".join(each.proto.body for each in app.get("html"))


def read(app, words: str | None = None):
    if words is not None:
        app.text_input(key="nt_text").set_value(words).run()
    start_and_finish(app, "Let the model read it")
    assert "one pass over" in text(app) or app.error
    return app


@pytest.mark.parametrize(
    "query",
    [
        {"nt_view": "<script>"},
        {"nt_text": "x" * 200_001},
        {"nt_view": "Be the model", "nt_passage": "Moby-Dick"},
    ],
    ids=lambda query: list(query)[-1],
)
def test_a_hostile_link_falls_back_to_the_default_and_says_so(query):
    app = open_chapter("next_token", **query)
    assert not app.exception
    assert list(query)[-1] in refused(app)


def test_a_sentence_is_read_and_its_surprise_told():
    app = read(open_chapter("next_token"), "The queen said <script>alert(1)</script> 咖啡")
    assert not app.exception
    assert "Surprise = −log₂" in text(app)
    assert "<script>" not in text(app)
    assert "only parts of characters" in text(app)


def test_an_empty_text_is_one_sentence_and_stays_typed():
    app = open_chapter("next_token")
    app.text_input(key="nt_text").set_value("  ").run()
    assert not app.exception
    assert any("nothing to read" in error.value for error in app.error)
    assert button(app, "Let the model read it").disabled


def test_ten_thousand_tokens_are_cut_with_a_word():
    app = read(open_chapter("next_token"), "word " * 10_000)
    assert not app.exception
    assert "50,000 characters; the first 20,000 are used" in text(app)
    assert "the first 128 were read and the rest cut off" in text(app)


def test_sliders_need_no_new_job_and_say_what_zero_means(monkeypatch):
    app = read(open_chapter("next_token"))
    app.segmented_control(key="nt_view").set_value("shape").run()
    from lib.ui.kit import jobs

    monkeypatch.setattr(jobs, "submit", lambda *_, **__: pytest.fail("a slider submitted a job"))
    app.slider(key="nt_temperature").set_value(0.0).run()
    assert not app.exception
    assert "by convention it means greedy" in text(app)
    assert "it is off, and all stay" in text(app)
    assert "now drawn **100.0%**" in text(app)
    app.slider(key="nt_temperature").set_value(2.0).run()
    app.slider(key="nt_min_p").set_value(1.0).run()
    assert "now drawn **100.0%**" in text(app)


def test_one_press_cuts_a_kopi_order():
    app = open_chapter("next_token", nt_view="Tokens")
    start_and_finish(app, "Cut “Teh C Siew Dai”")
    assert "bytes in each" in text(app)
    assert app.text_input(key="nt_text").value == "Teh C Siew Dai"
    assert "the text read last" not in text(app)


def test_one_token_has_no_loss_and_the_page_says_so():
    app = read(open_chapter("next_token"), "a")
    app.segmented_control(key="nt_view").set_value("hand").run()
    assert not app.exception
    assert any("one token" in error.value for error in app.error)


def test_loss_by_hand_is_beside_the_library_s():
    app = read(open_chapter("next_token"))
    app.segmented_control(key="nt_view").set_value("hand").run()
    assert not app.exception
    assert "transformers gives a loss of" in text(app)


def test_a_student_plays_five_words_and_then_the_model_does():
    app = open_chapter("next_token", nt_view="Be the model")
    gaps = passages()["rain_gauge"].gaps
    for number, gap in enumerate(gaps):
        app.radio(key=f"nt_word_rain_gauge_{number}").set_value(gap.truth).run()
        button(app, f"That is my guess ({number + 1} of 5)").click().run()
    assert "You paid 3.7 bits for 5 words" in text(app)  # 5 × −log₂ 0.6 = 3.68
    start_and_finish(app, "Let the models guess the same words")
    assert "divided by their sum" in text(app)
