"""Every page given what nobody should type, by link and by hand: it says what is wrong, and never breaks.

All controls of a page get a value at once, drawn anew for each round by a seed of its own; over all pages these are
more than 500 inputs. What reaches a room behind its pages is in `tests/unit/classroom/test_hostile.py`.
"""

from __future__ import annotations

import random

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import NumberInput, TextArea, TextInput, Widget

from lib import curriculum
from lib.classroom import answers, questions
from lib.classroom.entering import limits
from lib.classroom.records import Stage
from lib.classroom.storage.database import database
from lib.ui.classroom.leading import VIEWS
from lib.ui.home.every_page import BESIDE
from tests.hostile import VALUES
from tests.pages.conftest import open_beside, open_chapter, press

SLUGS = [chapter.slug for chapter in curriculum.chapters()]
PAGES = [*SLUGS, *BESIDE]
ROUNDS = 3
NUMBERS = (-1e308, -1.0, 0.0, 1e-320, 0.1 + 0.2, 1e9, 1e18, 1e308)


def opened(page: str, **query: str) -> AppTest:
    return (open_beside if page in BESIDE else open_chapter)(page, **query)


def controls_of(app: AppTest) -> list[Widget]:
    return [
        element
        for element in app.main
        if isinstance(element, Widget) and element.key and not getattr(element, "disabled", False)
    ]


@pytest.mark.parametrize("slug", PAGES)
@pytest.mark.usefixtures("by_the_router")
def test_a_link_full_of_nonsense_opens_its_page(slug):
    keys = sorted({str(control.key) for control in controls_of(opened(slug))})
    for round_number in range(ROUNDS):
        draw = random.Random(f"{slug} {round_number}")
        app = opened(slug, **{key: draw.choice(VALUES) for key in (*keys, "present", "step", "view", "follow")})
        assert not app.exception, (slug, round_number)
        assert app.title or app.markdown or app.info


def type_nonsense(app: AppTest, draw: random.Random) -> dict[str, str]:
    """What was typed into the boxes for text, by key."""
    typed: dict[str, str] = {}
    for box in controls_of(app):
        if isinstance(box, NumberInput):
            box.set_value(draw.choice(NUMBERS))
        elif isinstance(box, TextInput | TextArea):
            typed[str(box.key)] = draw.choice(VALUES)
            box.set_value(typed[str(box.key)])
    return typed


@pytest.mark.parametrize("slug", PAGES)
@pytest.mark.usefixtures("by_the_router")
def test_nonsense_typed_into_every_box_is_answered(slug):
    app = opened(slug)
    for round_number in range(ROUNDS):
        typed = type_nonsense(app, random.Random(f"{slug} typed {round_number}"))
        app.run()
        assert not app.exception, (slug, round_number, typed)
        assert app.title or app.markdown or app.info


@pytest.fixture
def room(monkeypatch) -> tuple[AppTest, AppTest, str]:
    """An instructor's page, the page of a student in the room, and its code."""
    monkeypatch.setattr(limits.Limit, "spend", lambda *_: None)
    app = press(open_chapter("room"), "Open a room")
    code = app.title[0].value.split()[-1]
    return app, press(open_chapter("join", code=code), "Join"), code


SENT_BY = {"ask": ("Ask it", "Let them write"), "do": ("Let them write",)}
"""Views of a room with boxes for text, and the buttons that send what is in them."""


@pytest.mark.parametrize("view", VIEWS)
def test_nonsense_from_whoever_leads_a_room_reaches_its_phones_as_text(room, view):
    app, phone, _ = room
    app.session_state["room_view"] = view
    app.session_state["room_experiment"] = "write"
    app.run()
    assert bool([each for each in controls_of(app) if isinstance(each, TextInput)]) == (view in SENT_BY)
    for label in SENT_BY.get(view, ()):
        for round_number in range(ROUNDS):
            app.session_state["room_view"] = view
            app.run()
            typed = type_nonsense(app, random.Random(f"{view} {label} {round_number}"))
            next(each for each in app.button if each.label == label).click().run()
            phone.run()
            assert not app.exception, typed
            assert not phone.exception, typed
            assert phone.title


def test_nonsense_from_a_phone_is_read_by_whoever_leads(room):
    app, phone, code = room
    instructor = app.session_state["owner"]
    for part in ("words", "reference", "dataset"):
        asked = questions.ask_in_words(database(), code, instructor, "What surprised you?", part)
        for round_number in range(ROUNDS):
            phone.run()
            typed = type_nonsense(phone, random.Random(f"{part} {round_number}"))
            next(each for each in phone.button if each.label == "Send").click().run()
            assert not phone.exception, typed
            app.session_state["room_view"] = "words"
            app.run()
            assert not app.exception, typed
        answers.let_all_through(database(), code, instructor, asked.number)
        questions.move(database(), code, instructor, asked.number, Stage.SHOWN)
        app.session_state["room_view"] = "show"
        for page in (app, phone):
            page.run()
            assert not page.exception, part
