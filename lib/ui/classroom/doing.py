"""A button's deed in a room: done once, and what was refused said on the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from lib.classroom.errors import RoomError
from lib.ui.kit.problems import problem
from lib.ui.kit.session import owner

VIEW = "room_view"
"""Which of its views the instructor's page shows."""
PROBLEM = "room:problem"


def db() -> Any:
    """Where rooms are kept. SQLAlchemy costs a process 14 MB, so that one without a room never imports it."""
    from lib.classroom.storage.database import database

    return database()


def attempt(deed: Callable[..., Any], *args: Any, **more: Any) -> Any:
    """Do it; what is wrong is said at the next run of the page, and None comes back."""
    try:
        return deed(*args, **more)
    except RoomError as error:
        st.session_state[PROBLEM] = str(error)
        return None


def ask_room_in_words(code: str, field: str, *part: str) -> None:
    """For a button's `on_click`: put what stands in a text field to the room, and show it.

    part  what becomes of the students' words, where they are not only read
    """
    from lib.classroom.questions import ask_in_words

    if attempt(ask_in_words, db(), code, owner(), st.session_state[field], *part) is not None:
        st.session_state[VIEW] = "show"


def say_what_was_refused() -> None:
    refused = st.session_state.pop(PROBLEM, None)
    if refused:
        problem(refused)
