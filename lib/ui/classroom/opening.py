"""Opening a room, or leading one with its key."""

from __future__ import annotations

import streamlit as st

from lib.classroom.records import Room
from lib.classroom.storage.where import may_hold_rooms
from lib.ui.classroom.doing import attempt, db, say_what_was_refused
from lib.ui.kit.kept import keep
from lib.ui.kit.session import owner

KEY = "room key"


def room_led() -> Room | None:
    """The room that this browser leads. Where no room was ever opened, nothing is asked."""
    if not may_hold_rooms():
        return None
    from lib.classroom.rooms import led_by

    return led_by(db(), owner())


def opening() -> None:
    """What an instructor without a room sees."""
    say_what_was_refused()
    st.button("Open a room", type="primary", icon=":material/meeting_room:", on_click=_open)
    st.caption("It lives for a day, needs no account, and keeps only answers, and names that students give themselves.")
    with st.expander("Lead a room that is open already", icon=":material/key:"), st.form("lead_room"):
        st.text_input("Code of the room", key="lead_code", max_chars=12)
        st.text_input("The instructor's key", key="lead_key", max_chars=60, type="password")
        st.form_submit_button("Lead it from here too", on_click=_lead)


def _open() -> None:
    from lib.classroom.rooms import open_room

    opened = attempt(open_room, db(), owner())
    if opened is not None:
        keep(KEY, opened[1])


def _lead() -> None:
    from lib.classroom.rooms import lead

    if attempt(lead, db(), st.session_state["lead_code"], st.session_state["lead_key"], owner()) is not None:
        keep(KEY, st.session_state["lead_key"].strip())
