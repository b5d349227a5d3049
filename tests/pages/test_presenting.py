"""A chapter on a projector: its parts one at a time, answers only when revealed, links that name no step."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from lib import curriculum
from lib.lesson.presenting.steps import steps_of
from tests.pages.conftest import open_chapter, press

SLUG = "kv_cache"
WORDS = curriculum.chapter(SLUG)


def said(app: AppTest) -> str:
    return "\n".join(each.value for kind in ("title", "header", "markdown", "success") for each in app.get(kind))


def step_of(app: AppTest) -> str:
    found = app.query_params.get("step", "1")
    return found if isinstance(found, str) else found[0]


@pytest.mark.parametrize("step", ["0", "99", "-1", "x", "٣", "1e3", "", "9" * 5000])
def test_a_link_without_such_a_step_opens_the_first_and_says_so(step):
    app = open_chapter(SLUG, present="1", step=step)
    assert not app.exception
    assert [each.value for each in app.title] == [WORDS.title]
    assert f"the link names no step from 1 to {len(steps_of(WORDS))}" in said(app)


def test_goes_through_every_part_and_reveals_only_when_told():
    app = open_chapter(SLUG, present="1")
    assert [each.value for each in app.title] == [WORDS.title]
    assert WORDS.predict.question not in said(app)
    press(app, "Next")
    right = next(option for option in WORDS.predict.options if option.correct)
    assert WORDS.predict.question in said(app)
    assert not app.title
    assert right.why not in said(app)
    press(app, "Reveal")
    assert right.why in said(app)
    press(app, "Reveal")
    assert right.why not in said(app)
    for number, question in enumerate(WORDS.questions, start=1):
        while f"## {number}. {question.question}" not in said(app):
            press(app, "Next by clicker")
        assert not [other for other in WORDS.questions if other is not question and other.question in said(app)]
    press(app, "Back by clicker")
    assert int(step_of(app)) == len(steps_of(WORDS)) - 2


@pytest.mark.parametrize(("link", "at_first"), [({}, 90), ({"kv_utilization": "70"}, 70)])
def test_reset_brings_back_the_settings_of_the_link(link, at_first):
    app = open_chapter(SLUG, present="1", step="3", **link)
    assert app.slider(key="kv_utilization").value == at_first
    app.slider(key="kv_utilization").set_value(80).run()
    assert app.slider(key="kv_utilization").value == 80
    press(app, "Reset")
    assert app.slider(key="kv_utilization").value == at_first
    assert step_of(app) == "3"


@pytest.mark.usefixtures("by_the_router")
@pytest.mark.parametrize("slug", ["home", "glossary", "references"])
def test_a_page_that_is_looked_up_is_one_view_and_then_its_questions(slug):
    words = curriculum.chapter(slug)
    app = open_chapter(slug, present="1")
    assert not app.exception
    assert [each.value for each in app.title] == [words.title]
    assert not [each for each in words.questions if each.question in said(app)]
    for question in filter(None, (words.predict, *words.questions)):
        press(app, "Next")
        assert question.question in said(app)
        assert not app.title or slug == "home"


@pytest.mark.usefixtures("by_the_router")
@pytest.mark.parametrize("slug", ["room", "join"])
def test_a_page_for_a_class_is_one_view(slug):
    app = open_chapter(slug, present="1")
    assert [each.value for each in app.title] == [curriculum.chapter(slug).title]
    assert "(1 of 1)" in said(app)
    for question in curriculum.chapter(slug).questions:
        assert question.question not in said(app)


def test_the_course_on_a_projector_has_a_link_to_each_chapter_and_nothing_of_one_student():
    app = open_chapter("home", present="1")
    for chapter in curriculum.chapters()[1:]:
        assert f"[{chapter.title}]({chapter.url_path}?present=1)" in said(app)
    assert "This machine" not in said(app)


def test_over_the_end_of_a_chapter_is_the_next_one_and_back_again():
    _, after = curriculum.neighbours(SLUG)
    app = open_chapter(SLUG, present="1", step=str(len(steps_of(WORDS))))
    press(app, "Next")
    assert [each.value for each in app.title] == [after.title]
    assert "present" in app.query_params
    press(app, "Leave")
    assert "present" not in app.query_params
    assert not [each for each in app.button if each.label == "Next"]
