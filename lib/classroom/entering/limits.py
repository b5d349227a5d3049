"""How often one client may do something: a bucket of tokens for each, filled again as time passes.

The buckets are this process's: with sticky sessions a client always meets the same process, and the limit is meant for
floods, not for counting.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from lib.classroom.errors import TooOften

MOST_CLIENTS = 5000


class Limit:
    """At most `burst` at once, and `per_s` a second in the long run, for each client."""

    def __init__(self, burst: int, per_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.burst, self._per_s, self._clock = burst, per_s, clock
        self._lock = threading.Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def spend(self, client: str) -> None:
        """TooOften if the client's bucket is empty."""
        now = self._clock()
        with self._lock:
            left, at = self._left.pop(client, (float(self.burst), now))
            left = min(float(self.burst), left + max(0.0, now - at) * self._per_s)
            self._left[client] = (max(0.0, left - 1), now)
            while len(self._left) > MOST_CLIENTS:
                self._left.popitem(last=False)
        if left < 1:
            raise TooOften("That was too often for one browser; wait a few seconds and try again.")

    def forget(self) -> None:
        """Everybody's bucket is full again."""
        with self._lock:
            self._left.clear()


ANSWERING = Limit(burst=20, per_s=1.0)
"""Changing one's mind, as often as a finger can."""
ENTERING = Limit(burst=10, per_s=0.2)
"""Codes and keys that are tried: nobody guesses one at 12 a minute."""
OPENING = Limit(burst=5, per_s=1 / 60)
"""New rooms."""
