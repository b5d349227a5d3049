"""The second screen of a presenter follows a projector and leads it."""

from __future__ import annotations

import pytest
import streamlit
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from lib import curriculum
from lib.lesson.presenting.demos import demos_of
from lib.lesson.presenting.notes import notes
from lib.ui.kit.presenting import following
from lib.ui.kit.presenting.following import PROJECTORS
from lib.ui.kit.server.calling import CONNECTED_S, Caller
from lib.ui.kit.server.streamlit_private import Place
from tests.pages.conftest import open_beside, open_chapter, press, said

pytestmark = pytest.mark.usefixtures("by_the_router")


@pytest.fixture
def projector() -> tuple[AppTest, str]:
    """A chapter at a projector, and its code."""
    app = open_chapter("kv_cache", present="1")
    return app, PROJECTORS.of(app.session_state["owner"]).code


def test_the_second_screen_without_a_projector_says_how_to_begin():
    app = open_beside("presenter")
    assert not app.exception
    assert "No projector yet" in said(app)


@pytest.mark.parametrize("code", ["x", "AAAAAAAAAA", "<b>", "9" * 500])
def test_a_wrong_code_is_said_to_be_one(code):
    app = open_beside("presenter", follow=code)
    assert not app.exception
    assert not [each for each in app.button if each.label == "Next"]


def test_the_second_screen_shows_notes_and_moves_the_projector(projector):
    app, code = projector
    chapter, told = curriculum.chapter("kv_cache"), notes()["kv_cache"]
    second = open_beside("presenter", follow=code)
    assert told.say["goals"] in said(second)
    press(second, "Next")
    assert told.say["predict"] in said(second)
    right = next(option for option in chapter.predict.options if option.correct)
    assert right.why in "".join(each.value for each in second.success)
    press(second, "Reveal the answer")
    app.run()  # as it is called to
    assert chapter.predict.question in said(app)
    assert right.why in said(app)
    press(app, "Next")  # and the projector's own key is seen on the second screen
    second.run()
    assert told.say["experiment"] in said(second)


def test_a_demo_is_shown_on_the_projector_from_the_second_screen(projector):
    app, code = projector
    second = open_beside("presenter", follow=code)
    wanted = "Pages against reservation"
    number, demo = next(each for each in enumerate(demos_of("kv_cache")) if each[1].query.get("part") == wanted)
    second.button(key=f"presenter_demo_{number}").click().run()
    app.run()
    app._page_hash = calc_hash("stage")  # the page between, where a browser is by now
    app.run()
    assert not app.exception
    assert app.query_params["part"] in (wanted, [wanted])
    assert app.query_params["step"] in (str(demo.place + 1), [str(demo.place + 1)])
    assert "requests at once** with pages" in said(app)


def test_a_projector_asks_nothing_by_itself_and_is_called_where_it_is_led(monkeypatch):
    here, called, timers = Place("projector", "f"), [], []
    caller = Caller(called.append, lambda _: True, every_s=3600)
    monkeypatch.setattr(following, "LISTENING", caller)
    monkeypatch.setattr(following, "place_now", lambda: here)
    with monkeypatch.context() as patch:
        really = streamlit.fragment

        def fragment(*function, run_every=None):
            timers.append(run_every)
            return really(*function, run_every=run_every)

        patch.setattr(streamlit, "fragment", fragment)
        app = open_chapter("kv_cache", present="1")
    assert set(timers) == {CONNECTED_S}

    def calls() -> int:
        called.clear()
        caller.look()
        assert set(called) <= {here}
        return len(called)

    assert calls() == 0
    second = open_beside("presenter", follow=PROJECTORS.of(app.session_state["owner"]).code)
    assert calls() == 1  # it is followed now, which its browser is to know
    app.run()
    assert calls() == 0
    press(second, "Next")
    assert calls() == 1
    app.run()
    assert notes()["kv_cache"].say["predict"] in said(second)
    assert curriculum.chapter("kv_cache").predict.question in said(app)
    assert calls() == 0
