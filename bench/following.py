"""What a student who pressed Start is told and sees, until the run is over."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field

from bench.visitor import Visitor

TOLD_AT_LEAST_S = 5.0
"""A shorter wait is not looked at: a page that waits asks every two seconds."""
WAITS_OFF = f"  waits told {TOLD_AT_LEAST_S:g} s or more before the run, off by, p95"
"""Of the measured line about them."""
WAITS = "Waiting:"
BEGUN = "Trained"
"""The label of a figure that a page has as soon as the run has told of itself."""


@dataclass
class FollowedRun:
    """Moments, in seconds of the monotonic clock; 0 is not yet."""

    pressed_at: float = 0.0
    started_at: float = 0.0
    over_at: float = 0.0
    told: list[tuple[float, float]] = field(default_factory=list)
    """(when, how long it would still take until the run starts)."""

    def note(self, page: Visitor) -> bool:
        """What the page says now; whether the run is over."""
        now, waiting = time.monotonic(), next((words for words in page.alerts if words.startswith(WAITS)), None)
        over = "Stop" not in page.enabled
        if waiting is not None:
            self.told.append((now, seconds_told(waiting)))
        elif not self.started_at and (over or BEGUN in page.words):
            self.started_at = now
        if over and not self.over_at:
            self.over_at = now
        return over

    def waits(self) -> list[tuple[float, float]]:
        """(Seconds told, seconds that it then took), of those long enough to be looked at."""
        if not self.started_at:
            return []
        waits = [(told_s, self.started_at - at) for at, told_s in self.told]
        return [(told_s, came_s) for told_s, came_s in waits if came_s >= TOLD_AT_LEAST_S]

    def wrong(self) -> list[float]:
        """By what share of it each waiting time differed from the one that came."""
        return [abs(told_s - came_s) / came_s for told_s, came_s in self.waits()]


def seconds_told(words: str) -> float:
    """The time in "Waiting: 3 ahead of you, about 1 min 15 s."; 0 for "any moment now"."""
    found = re.search(r"about (?:(\d+) min ?)?(?:(\d+(?:\.\d)?) s)?", words)
    return 60 * float(found[1] or 0) + float(found[2] or 0) if found else 0.0
