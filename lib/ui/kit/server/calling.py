"""What has changed in a room is told its screens: one look a second for all of them, and none of theirs.

Forty phones that each ask every few seconds whether there is a question cost a web process more than the lesson. So a
thread of the process looks for all screens that wait, and has those run anew that show something else. A projector that
is led from a second screen is called likewise.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from lib.classroom.errors import RoomError, RoomsUnreachable
from lib.logs import record_error
from lib.ui.kit.server.streamlit_private import Place, is_shown, place_now, run_again

LOOK_S = 1.0
APART_S = 0.04
"""Between two screens that are called: forty at once would be computed at once, and each would wait for all."""
CONNECTED_S = 3600
"""A browser that has found its lost connection again asks for the page only where the page has a timer. It is this one,
which is for nothing else: whoever was away, or meets a server that was started anew, is then where the room is."""


@dataclass(frozen=True)
class Watch:
    """What one screen watches, how it is looked at, and what that screen shows of it."""

    what: Hashable
    look: Callable[[], Any]
    seen: Any


class Caller:
    """The screens that wait, and the thread that looks for them; it ends when none is left."""

    def __init__(
        self,
        call: Callable[[Place], None] = run_again,
        there: Callable[[Place], bool] = is_shown,
        every_s: float = LOOK_S,
    ) -> None:
        self._call, self._there, self._every_s = call, there, every_s
        self._lock = threading.Lock()
        self._waiting: dict[Place, Watch] = {}
        self._thread: threading.Thread | None = None

    def wait(self, place: Place, watch: Watch) -> None:
        """From now on the screen at `place` is called once something else is seen."""
        with self._lock:
            self._waiting[place] = watch
            if self._thread is None:
                self._thread = threading.Thread(target=self._go_on, name="rooms-caller", daemon=True)
                self._thread.start()

    def forget(self, place: Place) -> None:
        with self._lock:
            self._waiting.pop(place, None)

    def look(self) -> None:
        """Once at each thing that is looked at, and call whoever shows it otherwise. Whoever has left is forgotten."""
        with self._lock:
            self._waiting = {place: watch for place, watch in self._waiting.items() if self._there(place)}
            waiting = dict(self._waiting)
        seen: dict[Hashable, tuple | None] = {}
        for place, watch in waiting.items():
            if watch.what not in seen:
                seen[watch.what] = _seen_by(watch)
            now = seen[watch.what]
            if now is not None and now != (watch.seen,):
                self._call(place)
                time.sleep(APART_S)

    def _go_on(self) -> None:
        while True:
            time.sleep(self._every_s)
            with self._lock:
                if not self._waiting:
                    self._thread = None
                    return
            try:
                self.look()
            except Exception as error:  # nobody waits for this thread: it must not end with screens left
                record_error(error)


def _seen_by(watch: Watch) -> tuple | None:
    """What there is now, in a tuple, which is empty where nobody may see it any more; None where nothing answers."""
    try:
        return (watch.look(),)
    except RoomsUnreachable:
        return None
    except RoomError:
        return ()


CALLER = Caller()
"""Of this web process."""


def call_when_changed(what: Hashable, look: Callable[[], Any], seen: Any) -> None:
    """Run the whole page once `look` sees something else than `seen`.

    what  names what is looked at: screens with the same share one look
    """

    @st.fragment(run_every=CONNECTED_S)
    def part() -> None:
        place, watch = place_now(), Watch(what, look, seen)
        if place is not None:
            CALLER.forget(place)
        now = _seen_by(watch)
        if now is not None and now != (seen,):
            st.rerun()
        if place is not None:
            CALLER.wait(place, watch)

    part()
