"""What a job is, as its owner sees it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class JobState(StrEnum):
    """Where a job is on its way."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"

    @property
    def active(self) -> bool:
        return self in (JobState.WAITING, JobState.RUNNING)


@dataclass(frozen=True)
class JobView:
    """A job at one moment."""

    id: str
    kind: str
    state: JobState
    events: tuple[Any, ...]
    """Everything the generator has yielded; of events whose class says `keep_only_newest`, the newest."""
    ahead: int
    """Jobs that will start earlier; 0 once it runs."""
    waiting_s: float
    """Expected seconds until it starts, from how long such jobs took before; 0 once it runs."""
    elapsed_s: float
    """Seconds since it started to run."""
    message: str | None
    """Why it failed, in a sentence for its owner."""
    argument: Any
    """What it was started with."""
    paused: bool = False
    """Whether its owner stopped it only for a while."""
