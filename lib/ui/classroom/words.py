"""The room's own words, seen by the instructor first."""

from __future__ import annotations

import streamlit as st

from lib.classroom.records import Asked, Room, Words
from lib.ui.classroom.board import heading
from lib.ui.classroom.doing import attempt, db
from lib.ui.classroom.watching import PROJECTOR_S, watch
from lib.ui.kit.presenting.stage import presenting
from lib.ui.kit.server.calling import call_when_changed
from lib.ui.kit.session import owner
from lib.ui.kit.text import escape


def reading_words(room: Room) -> None:
    from lib.classroom.answers import words
    from lib.classroom.questions import all_asked

    if presenting() and not st.toggle("Read them here, before everybody", key="read_on_projector"):
        st.info(
            "This screen is the projector, so what the room has written is not on it. Read it in a window without "
            "`present=1`, or on your phone with the key under “Take home, end”.",
            icon=":material/visibility_off:",
        )
        return
    st.caption("What you let through appears on the projector and on every phone when it is shown; all else only here.")
    in_words = [each for each in all_asked(db(), room.code) if each.in_words]
    if not in_words:
        st.info("Ask something in their own words first, under “Put a question”.", icon=":material/edit_note:")
        return
    asked = in_words[-1]
    st.markdown(f"**{heading(asked)}**")
    browser = owner()

    def look() -> list[Words]:
        return words(db(), room.code, asked.number, browser=browser)

    if asked.stage.is_open:
        watch(look, PROJECTOR_S, lambda said: _list_words(room, asked, said))
    else:
        said = look()
        _list_words(room, asked, said)
        call_when_changed(("words", room.code, asked.number, browser), look, said)


def _list_words(room: Room, asked: Asked, said: list[Words]) -> None:
    if not said:
        st.caption("No answer yet.")
    if sum(not each.let_through for each in said) > 1:
        st.button(
            "I have read them: let all through",
            key=f"through_all_{asked.number}",
            icon=":material/done_all:",
            on_click=_let_all_through,
            args=(room.code, asked.number),
        )
    for each in said:
        text, button = st.columns([4, 1], vertical_alignment="center")
        text.markdown((":material/visibility: " if each.let_through else "") + escape(each.text))
        button.button(
            "Hide" if each.let_through else "Let through",
            key=f"through_{asked.number}_{each.number}_{each.let_through}",
            on_click=_let_through,
            args=(room.code, each.number, not each.let_through),
            width="stretch",
        )


def _let_all_through(code: str, number: int) -> None:
    from lib.classroom.answers import let_all_through

    attempt(let_all_through, db(), code, owner(), number)


def _let_through(code: str, number: int, through: bool) -> None:
    from lib.classroom.answers import let_through

    attempt(let_through, db(), code, owner(), number, through)
