"""A projector tells the second screen what it shows, and goes where it is led from there."""

from __future__ import annotations

import streamlit as st

from lib import curriculum
from lib.lesson.presenting.leading import Projectors, Stage
from lib.places import ROOT
from lib.ui.kit.presenting.recorded_run import forget_recorded
from lib.ui.kit.presenting.screens import lead_through_screens
from lib.ui.kit.presenting.stage import ASKED, REVEALED, question_at
from lib.ui.kit.session import owner

PROJECTORS = Projectors()
"""Of this web process."""
MOVES = "presenting_moves"
"""How often this projector had been moved when it last looked."""
DEMO, DRAWN = "presenting_demo", "presenting_between"
BETWEEN = ROOT / "pages" / "stage.py"
BETWEEN_S = 0.3
FOLLOWED_S, ALONE_S = 1.0, 5.0
"""How often it looks, with a second screen and without."""


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
    """Look now and then whether the second screen leads elsewhere; more often while there is one. Which screen of a
    tall step is seen is told it as soon as the browser says so."""
    followed = PROJECTORS.is_followed(owner())

    @st.fragment(run_every=FOLLOWED_S if followed else ALONE_S)
    def part() -> None:
        told = PROJECTORS.of(owner())
        moved = told is not None and told.moves != st.session_state.get(MOVES)
        if moved or PROJECTORS.is_followed(owner()) != followed:
            st.rerun()
        if told is not None and (seen := lead_through_screens(told, followed=followed)) is not None:
            PROJECTORS.tell_screen(owner(), seen)

    part()
