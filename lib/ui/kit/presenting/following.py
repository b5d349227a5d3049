"""A projector tells the second screen what it shows, and goes where it is led from there.

It asks for nothing: a thread of the server looks for all projectors, and calls the one that is led elsewhere.
"""

from __future__ import annotations

import streamlit as st

from lib import curriculum
from lib.lesson.presenting.leading import Projectors, Stage
from lib.places import ROOT
from lib.ui.kit.presenting.recorded_run import forget_recorded
from lib.ui.kit.presenting.screens import lead_through_screens
from lib.ui.kit.presenting.stage import ASKED, REVEALED, question_at
from lib.ui.kit.server.calling import CONNECTED_S, Caller, Watch
from lib.ui.kit.server.streamlit_private import place_now
from lib.ui.kit.session import owner

PROJECTORS = Projectors()
"""Of this web process."""
MOVES = "presenting_moves"
"""How often this projector had been moved when it last looked."""
DEMO, DRAWN = "presenting_demo", "presenting_between"
BETWEEN = ROOT / "pages" / "stage.py"
BETWEEN_S = 0.3
LISTENING = Caller(every_s=0.5)
"""Not the caller of rooms, whose database may keep it waiting."""


def catch_up(slug: str) -> None:
    """Go where the second screen has led since this projector last looked. Call before anything is drawn."""
    known, told = st.session_state.get(MOVES), PROJECTORS.of(owner())
    if known is None or told is None or told.moves == known:
        return
    st.session_state[MOVES] = told.moves
    to = told.stage
    if to.query:
        forget_recorded()
        st.session_state[DEMO] = to
        st.switch_page(BETWEEN, query_params={ASKED: "1"})
    if to.slug != slug:
        st.switch_page(curriculum.chapter(to.slug).file, query_params=_link(to))
    st.query_params["step"] = str(to.place + 1)
    st.session_state[REVEALED] = question_at(slug, to.place) if to.revealed else None


def _link(to: Stage) -> dict[str, str]:
    return {**dict(to.query), ASKED: "1", "step": str(to.place + 1)}


def pass_through() -> None:
    """The page between two states of one page: Streamlit lets a link set a control only where none of that name is.

    So the old controls go first: this page is drawn once without any, and the demo's page is opened then.
    """
    to = st.session_state.get(DEMO)
    if to is None:
        st.info("This page only leads from one demo to the next.", icon=":material/co_present:")
        return
    if st.session_state.pop(DRAWN, False):
        del st.session_state[DEMO]
        st.switch_page(curriculum.chapter(to.slug).file, query_params=_link(to))

    @st.fragment(run_every=BETWEEN_S)
    def part() -> None:
        if st.session_state.get(DRAWN):
            st.rerun()
        st.session_state[DRAWN] = True

    part()


def tell(slug: str, place: int) -> None:
    """Say what this projector shows now. Where it was led elsewhere while it was drawn, `listen` finds that out."""
    asked = question_at(slug, place)
    revealed = asked is not None and st.session_state.get(REVEALED) == asked
    shown = Stage(slug, place, revealed)
    told = PROJECTORS.show(owner(), shown, st.session_state.get(MOVES))
    if told.stage == shown:
        st.session_state[MOVES] = told.moves


def listen() -> None:
    """Be called where the second screen leads elsewhere or turns to another screen, and where one comes or goes. Which
    screen of a tall step is seen is told it as soon as the browser says so."""
    mine = owner()

    @st.fragment(run_every=CONNECTED_S)
    def part() -> None:
        place, heard = place_now(), _told(mine)
        if place is not None:
            LISTENING.forget(place)
        told = PROJECTORS.of(mine)
        if told is not None:
            if told.moves != st.session_state.get(MOVES):
                st.rerun()
            seen = lead_through_screens(told, followed=PROJECTORS.is_followed(mine))
            if seen is not None:
                PROJECTORS.tell_screen(mine, seen)
        if place is not None:
            LISTENING.wait(place, Watch(("projector", mine), lambda: _told(mine), heard))

    part()


def _told(mine: str) -> tuple:
    """What makes a projector look anew."""
    told = PROJECTORS.of(mine)
    return told and (told.moves, told.turns), PROJECTORS.is_followed(mine)
