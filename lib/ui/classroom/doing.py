"""A button's deed in a room: done once, and what was refused said on the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from lib.classroom.errors import RoomError
from lib.ui.kit.problems import problem

VIEW = "room_view"
"""Which of its views the instructor's page shows."""
PROBLEM = "room:problem"


def db() -> Any:
    """Where rooms are kept. SQLAlchemy costs a process 14 MB, so that one without a room never imports it."""
    from lib.classroom.database import database

    return database()


def attempt(deed: Callable[..., Any], *args: Any, **more: Any) -> Any:
    """Do it; what is wrong is said at the next run of the page, and None comes back."""
    try:
        return deed(*args, **more)
    except RoomError as error:
        st.session_state[PROBLEM] = str(error)
        return None


def say_what_was_refused() -> None:
    refused = st.session_state.pop(PROBLEM, None)
    if refused:
        problem(refused)
