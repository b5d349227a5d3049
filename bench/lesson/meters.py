"""Memory and processor time of each part of the app while a lesson goes on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

import psutil

EVERY_S = 5.0
ALONE = {"web", "driver"}
"""Parts of which a process stands for itself alone; else for all that it started, too."""
Parts = Mapping[str, Sequence[psutil.Process]]
"""By name: "web", "workers", …"""


class Meters:
    """Read every five seconds, from the first reading on."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._began_at = time.monotonic()
        self._spent_s = self._processor_s()
        self.web_bytes: list[tuple[float, list[int]]] = []
        """(Seconds since the beginning, resident memory of each web process)."""

    async def read_on(self) -> None:
        """Until cancelled."""
        while True:
            self._read()
            await asyncio.sleep(EVERY_S)

    def processor_s(self) -> dict[str, float]:
        """Spent by each part since the beginning."""
        now = self._processor_s()
        return {name: now[name] - spent for name, spent in self._spent_s.items()}

    def memory_bytes(self) -> dict[str, int]:
        """Of each part now; what its processes share is counted once where the system tells."""
        return {name: sum(map(_own_bytes, self._all_of(name))) for name in self._parts}

    def _read(self) -> None:
        at_s = time.monotonic() - self._began_at
        self.web_bytes.append((at_s, [process.memory_info().rss for process in self._parts["web"]]))

    def _processor_s(self) -> dict[str, float]:
        return {name: sum(map(_processor_s_of, self._all_of(name))) for name in self._parts}

    def _all_of(self, name: str) -> list[psutil.Process]:
        below = (
            [] if name in ALONE else [child for each in self._parts[name] for child in each.children(recursive=True)]
        )
        return [*self._parts[name], *below]


def _processor_s_of(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        return times.user + times.system
    return 0.0


def _own_bytes(process: psutil.Process) -> int:
    with suppress(psutil.NoSuchProcess):
        memory = process.memory_full_info()
        return getattr(memory, "pss", memory.rss)
    return 0
