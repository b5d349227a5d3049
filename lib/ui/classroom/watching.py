"""Asking again whether something has changed: by a page's own timer only while a vote is open, runs go, or the place
where rooms are kept does not answer.

At all other times a page asks nothing, on a projector with `present=1` neither: `lib/ui/kit/server/calling.py` says
what makes it look.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import streamlit as st

from lib.classroom.errors import RoomError, RoomsUnreachable
from lib.ui.kit.problems import guard

PROJECTOR_S = 1.0
RUNS_S = 5.0
"""While runs of a sweep that is closed come to their ends."""
UNREACHABLE_S = 5.0
"""While the place where rooms are kept does not answer."""


def watch(look: Callable[[], Any], every_s: float, show: Callable[[Any], None]) -> None:
    """Look every `every_s` seconds, and draw here what is seen; the page runs only where `look` is refused."""

    @st.fragment(run_every=every_s)
    def part() -> None:
        try:
            now = look()
        except RoomError:
            st.rerun()
        show(now)

    part()


@contextmanager
def room_guard() -> Iterator[None]:
    """As `guard`; and a page whose room does not answer for a while comes back by itself."""
    with guard():
        try:
            yield
        except RoomsUnreachable:
            _look_again()
            raise


def _look_again() -> None:
    drawn = False

    @st.fragment(run_every=UNREACHABLE_S)
    def part() -> None:
        nonlocal drawn
        if drawn:
            st.rerun()
        drawn = True

    part()
