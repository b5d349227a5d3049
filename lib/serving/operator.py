"""The operator's key, and the processes of this server with their memory."""

from __future__ import annotations

import hmac
import os
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import psutil

from lib.serving.errors import OperatorError

VARIABLE = "OPERATOR_KEY"
SHORTEST_KEY = 12
TRIES, WITHIN_S = 5, 60.0


@dataclass
class OperatorKey:
    """The key in the environment variable OPERATOR_KEY, and how often it was guessed wrong.

    A process has one: guesses are counted over all browsers, since a guesser can have many.
    """

    clock: Callable[[], float] = time.monotonic
    _wrong_at: deque[float] = field(default_factory=lambda: deque(maxlen=TRIES))

    def check(self, given: str) -> None:
        """Return if `given` is the key. Raises OperatorError: no key is set, too many wrong guesses, or a wrong one."""
        key = os.environ.get(VARIABLE, "")
        if len(key) < SHORTEST_KEY:
            raise OperatorError(
                f"This page is closed; start the app with {VARIABLE} set to {SHORTEST_KEY} characters or more"
            )
        now = self.clock()
        if len(self._wrong_at) == TRIES and now - self._wrong_at[0] < WITHIN_S:
            raise OperatorError(f"{TRIES} wrong keys were tried within {WITHIN_S:.0f} s; wait a minute, then try again")
        if not hmac.compare_digest(given.encode(), key.encode()):
            self._wrong_at.append(now)
            raise OperatorError(
                f"That is not the key; it is the value of {VARIABLE} on the machine that serves this page"
            )


@dataclass(frozen=True)
class ProcessMemory:
    name: str
    process_id: int
    resident_bytes: int
    """Memory in RAM (RSS); pages that processes share are counted in each."""
    cpu_s: float
    """Processor time used so far, user and system."""


def processes(worker_process_ids: tuple[int, ...]) -> tuple[ProcessMemory, ...]:
    """This web process, then the workers that are alive."""
    found = []
    for name, process_id in [("web", os.getpid()), *(("worker", each) for each in worker_process_ids)]:
        try:
            process = psutil.Process(process_id)
            with process.oneshot():
                times = process.cpu_times()
                found.append(ProcessMemory(name, process_id, process.memory_info().rss, times.user + times.system))
        except psutil.Error:  # it ended just now
            continue
    return tuple(found)
