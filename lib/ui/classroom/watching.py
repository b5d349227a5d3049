"""Asking again whether something has changed: every second or two while a vote is open, seldom between questions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from lib.classroom.errors import RoomError

PROJECTOR_S = 1.0
PHONE_S = 2.0
BETWEEN_S = 5.0
"""Between votes a phone must still hear of the next one: a look every 5 s is one short question to the database."""


def watch(look: Callable[[], Any], seen: Any, every_s: float, show: Callable[[Any], None] | None = None) -> None:
    """Look every `every_s` seconds; run the whole page when what is seen is no longer `seen`.

    With `show`, what is seen is drawn here instead, and the page runs only where `look` is refused.
    """

    @st.fragment(run_every=every_s)
    def part() -> None:
        try:
            now = look()
        except RoomError:
            st.rerun()
        if show is not None:
            show(now)
        elif now != seen:
            st.rerun()

    part()
