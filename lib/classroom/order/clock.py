"""The time of day as rooms know it, which nobody sets: the system's as the process starts, then by a steady clock.

A room's end, a minute's visits and a run that tells nothing are told in times of day, since several processes share
them through the database. A system clock that is set ahead by a day in the middle of a lesson would end every room,
and the next purge would delete it. Small corrections, as a time server makes them, are followed, or processes would
drift apart.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from lib.logs import record

FOLLOWED_S = 60.0
"""The largest step of the system's clock that is taken for a correction."""


def steady_s() -> float:
    """Seconds of a clock that only runs forward; on Linux also while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class Clock:
    """A time of day that follows `system` in small steps, and `steady` over a jump."""

    def __init__(self, system: Callable[[], float] = time.time, steady: Callable[[], float] = steady_s) -> None:
        self._system, self._steady = system, steady
        self._lock = threading.Lock()
        self._ahead_s = self._seen_s = system() - steady()
        """Of the time of day before the steady clock: as rooms know it, and as the system last had it."""

    def now_s(self) -> float:
        """Seconds since 1970, as rooms know it."""
        with self._lock:
            steady = self._steady()
            seen_s = self._system() - steady
            step_s, self._seen_s = seen_s - self._seen_s, seen_s
            if abs(step_s) > FOLLOWED_S:
                record("clock set", by_s=round(step_s))
            else:
                self._ahead_s += step_s
            return steady + self._ahead_s


_clock = Clock()


def time_of_day_s() -> float:
    """Seconds since 1970, as rooms know it in this process."""
    return _clock.now_s()
