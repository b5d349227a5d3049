"""What a job is: as the engine keeps it, and as its owner sees it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from distributed import Future


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
    failure: str | None = None
    """The class of the error that it failed with, by name: what a page may go by, where `message` is to be read."""


@dataclass
class Job:
    """A job as the engine keeps it; `…_at` in seconds of this process's monotonic clock."""

    id: str
    kind: str
    owner: str
    function: str
    argument: Any
    time_limit_s: float
    wide: bool = False
    place: str = ""
    """Where it runs, by the queue's name for it."""
    state: JobState = JobState.WAITING
    stop_wanted: bool = False
    paused: bool = False
    launches: int = 0
    events: list[Any] = field(default_factory=list)
    message: str | None = None
    failure: str | None = None
    future: Future | None = None
    started_at: float | None = None
    ended_at: float | None = None
    submitted_at: float = field(default_factory=time.monotonic)

    @property
    def ran_s(self) -> float | None:
        return None if self.started_at is None or self.ended_at is None else self.ended_at - self.started_at
