"""What is on each projector now, and where its presenter leads it from a second screen.

Kept in this web process, and lost with it: a projector then registers itself anew at its next step. Behind a proxy
with sticky sessions the second screen finds the projector when both are on the same process, which they are in the
same browser; on another device the code may not be known there, and the page says so.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from lib.lesson.presenting.errors import PresentingError
from lib.lesson.presenting.steps import beside

MOST = 200
"""Projectors that are remembered; whichever was not seen for longest is forgotten first."""
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Of codes: none that is taken for another when it is read aloud."""
CODE_LENGTH = 10
FOLLOWED_S = 15.0
"""A second screen asks every second; one that has not for so long is gone."""


@dataclass(frozen=True)
class Stage:
    """What a projector shows: the chapter, the step from 0, whether the answer is revealed, and the page's state."""

    slug: str
    place: int
    revealed: bool = False
    query: tuple[tuple[str, str], ...] = ()
    """Parameters of a demo's link, where one was asked for."""


@dataclass(frozen=True)
class Screen:
    """Which of the screens of a step too tall for a projector, from 1, of how many: one until its browser tells."""

    number: int = 1
    of: int = 1
    at: str = ""
    """Where a browser that tells it was."""
    turns: int = 0
    """How often it had been turned from the second screen by then."""


@dataclass
class Projector:
    """One browser's projector, for its presenter: what it shows, since when, and the time spent."""

    code: str
    stage: Stage
    moves: int = 0
    """How often it was moved, by whomever: who knows a smaller number has something to catch up with."""
    screen: Screen = Screen()
    turns: int = 0
    """How often the second screen has turned to another screen of a step; the browser at the projector follows."""
    since: float = 0.0
    spent_s: dict[str, float] = field(default_factory=dict)
    """In each chapter that was left."""
    followed_at: float = float("-inf")

    @property
    def at(self) -> str:
        """A name for where it is."""
        return f"{self.stage.slug} {self.stage.place}"

    def beyond(self, by: int) -> Stage | Screen | None:
        """What one press of a clicker leads to, on (1) or back (-1): another screen, another step, at either end of the
        course nothing."""
        number = self.screen.number + by
        if 1 <= number <= self.screen.of:
            return replace(self.screen, number=number)
        to = beside(self.stage.slug, self.stage.place, by)
        return Stage(*to) if to else None


class Projectors:
    """All projectors of this process. Times are in seconds of `clock`."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._by_owner: OrderedDict[str, Projector] = OrderedDict()

    def show(self, owner: str, stage: Stage, known: int | None = None) -> Projector:
        """A projector says what it shows; a copy of what is known of it.

        known  how often it was moved, as far as it knows: where it was led elsewhere meanwhile, that stands
        """
        with self._lock:
            found = self._by_owner.get(owner)
            if found is None:
                found = Projector(self._new_code(), stage, since=self._clock())
                self._by_owner[owner] = found
                while len(self._by_owner) > MOST:
                    self._by_owner.popitem(last=False)
            elif known in (None, found.moves):
                self._move(found, stage)
            self._by_owner.move_to_end(owner)
            return _copy(found)

    def of(self, owner: str) -> Projector | None:
        """The projector of this browser."""
        with self._lock:
            found = self._by_owner.get(owner)
            return found and _copy(found)

    def followed(self, code: str) -> Projector:
        """The projector with this code, for its second screen. Raises PresentingError if there is none."""
        with self._lock:
            found = self._with(code)
            found.followed_at = self._clock()
            return _copy(found)

    def lead(self, code: str, stage: Stage) -> None:
        """From the second screen: show this. Raises PresentingError if there is no such projector."""
        with self._lock:
            self._move(self._with(code), stage)

    def turn(self, code: str, by: int) -> None:
        """From the second screen: one screen on (1) or back (-1), over the end of a step into the next, as a clicker at
        the projector. Raises PresentingError if there is no such projector."""
        with self._lock:
            found = self._with(code)
            to = found.beyond(by)
            if isinstance(to, Screen):
                found.screen = to
                found.turns += 1
            elif to is not None:
                self._move(found, to)

    def tell_screen(self, owner: str, seen: Screen) -> None:
        """The browser at the projector says which screen is seen; what it says late is passed over."""
        with self._lock:
            found = self._by_owner.get(owner)
            if found is not None and (seen.at, seen.turns) == (found.at, found.turns):
                found.screen = seen

    def is_followed(self, owner: str) -> bool:
        with self._lock:
            found = self._by_owner.get(owner)
            return found is not None and self._clock() - found.followed_at < FOLLOWED_S

    def spent_s(self, code: str) -> dict[str, float]:
        """Seconds in each chapter so far, the present one included."""
        with self._lock:
            found = self._with(code)
            slug = found.stage.slug
            return found.spent_s | {slug: found.spent_s.get(slug, 0.0) + self._clock() - found.since}

    def restart_clock(self, code: str) -> None:
        with self._lock:
            found = self._with(code)
            found.spent_s.clear()
            found.since = self._clock()

    def _move(self, found: Projector, stage: Stage) -> None:
        if stage == found.stage:
            return
        if stage.slug != found.stage.slug:
            now, left = self._clock(), found.stage.slug
            found.spent_s[left] = found.spent_s.get(left, 0.0) + now - found.since
            found.since = now
        if (stage.slug, stage.place, stage.query) != (found.stage.slug, found.stage.place, found.stage.query):
            found.screen = Screen()
        found.stage = stage
        found.moves += 1

    def _with(self, code: str) -> Projector:
        wanted = code.strip().upper()
        for found in self._by_owner.values():
            if secrets.compare_digest(found.code.encode(), wanted.encode()):
                return found
        raise PresentingError(
            "No projector here has this code; open a chapter with “Present” in the browser at the projector, then take "
            "the code from this page there"
        )

    def _new_code(self) -> str:
        return "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))


def _copy(found: Projector) -> Projector:
    return replace(found, spent_s=dict(found.spent_s))
