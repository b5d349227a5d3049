"""Prompt formats through AppTest: hostile links and texts first, then the editor and a template to paste."""

from __future__ import annotations

import pytest

from lib.ui.lesson.formats.views import VIEWS
from tests.pages.conftest import finish_jobs, open_chapter, refused, start_and_finish


def drawn(app) -> str:
    return " ".join(each.proto.body for each in app.get("html"))


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_opens(view):
    app = open_chapter("prompt_formats", formats_view=view)
    assert not app.exception
    assert not app.error


@pytest.mark.parametrize(
    ("view", "key", "value"),
    [
        ("Write it", "formats_turns", "1e999"),
        ("Write it", "formats_first", "<script>alert(1)</script>"),
        ("Write it", "formats_role_0", "root"),
        ("What breaks", "formats_answer", "x" * 301),
        ("What breaks", "formats_other", "SmolLM2"),
        ("Learn one, ask another", "formats_steps", "0"),
    ],
)
def test_a_hostile_link_falls_back_to_the_default_and_says_so(view, key, value):
    app = open_chapter("prompt_formats", formats_view=view, **{key: value})
    assert not app.exception
    assert key in refused(app)


def test_markup_in_a_turn_is_only_text():
    app = open_chapter("prompt_formats", formats_text_1="<script>alert(1)</script>\nالسلام 日本")
    assert not app.exception
    assert "<script>" not in drawn(app)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\nالسلام 日本" in drawn(app)


def test_a_refused_conversation_is_one_sentence_and_the_other_format_is_drawn():
    app = open_chapter("prompt_formats", formats_first="Gemma 2")
    assert not app.exception
    assert ["System role not supported" in error.value for error in app.error] == [True]
    assert "&lt;|begin_of_text|&gt;" in drawn(app)


def test_too_long_is_cut_with_a_word_and_nothing_typed_is_lost():
    app = open_chapter("prompt_formats", formats_text_1="x" * 45_000)
    assert not app.exception
    assert any("45,093 characters" in warning.value for warning in app.warning)
    assert len(app.text_area(key="formats_text_1").value) == 45_000


def test_what_breaks_asks_the_conversation_that_was_edited_and_cuts_it_with_a_word():
    app = open_chapter("prompt_formats", formats_text_3="Capital of Peru?")
    app.text_area(key="formats_text_1").set_value("y" * 9_000).run()
    app.segmented_control(key="formats_view").set_value("What breaks").run()
    assert not app.exception
    assert not app.error
    assert [area.value for area in app.text_area][1::2] == ["y" * 9_000, "Capital of Peru?"]
    assert any("9,076 characters. 4,000, about 1,000 tokens, are used" in warning.value for warning in app.warning)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"formats_turns": "3"}, "its last turn is an answer"),
        ({"formats_other": "Alpaca"}, "documents no system turn"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence(query, says):
    app = open_chapter("prompt_formats", formats_view="What breaks", **query)
    assert not app.exception
    assert [says in error.value for error in app.error] == [True]


def test_turns_are_added_and_removed():
    app = open_chapter("prompt_formats")
    texts = [area.value for area in app.text_area]
    app.button(key="formats_add").click().run()
    assert [area.value for area in app.text_area] == [*texts, ""]
    app.button(key="formats_remove_0").click().run()
    assert [area.value for area in app.text_area] == [*texts[1:], ""]
    assert not app.exception


def test_an_empty_attack_or_answer_is_one_sentence():
    for query in (
        {"formats_view": "Injection", "formats_inject_user": " "},
        {"formats_view": "What breaks", "formats_answer": " "},
    ):
        app = open_chapter("prompt_formats", **query)
        assert not app.exception
        assert len(app.error) == 1


def test_a_long_attack_is_cut_with_a_word():
    app = open_chapter("prompt_formats", formats_view="Injection", formats_inject_user="z" * 40_000)
    assert not app.exception
    assert not app.error
    assert any("The first 1,000 of 40,000 characters" in warning.value for warning in app.warning)


def test_the_forged_turns_are_counted():
    app = open_chapter("prompt_formats", formats_view="Injection")
    words = " ".join(each.value for each in app.markdown)
    assert "Written: **2 turns**" in words
    assert "**6 turns**" in words


def test_a_text_too_long_for_a_link_is_kept_beside_it():
    """2,000 Chinese characters are 18,000 in a link, and a server takes no address of 64 KB."""
    app = open_chapter("prompt_formats", formats_text_1="Where?")
    assert app.query_params["formats_text_1"] == "Where?"
    app.text_area(key="formats_text_1").set_value("早" * 2_000).run()
    assert not app.exception
    assert "formats_text_1" not in app.query_params
    assert any("Too long for the link" in caption.value for caption in app.caption)
    app.text_area(key="formats_text_0").set_value("Be brief.").run()
    assert app.text_area(key="formats_text_1").value == "早" * 2_000
    app.text_area(key="formats_text_1").set_value("Here?").run()
    assert not any("Too long for the link" in caption.value for caption in app.caption)


def test_a_pasted_template_is_rendered_or_told_its_line():
    app = open_chapter("prompt_formats", formats_view="Your own")

    def render(template: str) -> None:
        app.text_area(key="formats_own").set_value(template).run()
        start_and_finish(app, "Render it")

    render("{% for m in messages %}[{{ m.role }}]{% endfor %}")
    assert "[system][user][assistant][user]" in drawn(app)
    render("fine\n{{ 1 / 0 }}")
    assert any("Line 2 of the template" in error.value for error in app.error)


@pytest.mark.usefixtures("tiny_worker")
def test_what_breaks_gives_five_figures():
    app = open_chapter("prompt_formats", formats_view="What breaks")
    app.button(key="formats-breaks-start").click().run()
    finish_jobs(app)
    assert not app.error
    words = " ".join(each.value for each in app.markdown)
    for title in ("The right format", "Llama 3.1's format", "No format", "No generation prompt", "Doubled BOS"):
        assert f"**{title}**" in words
