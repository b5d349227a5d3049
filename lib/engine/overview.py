"""The whole engine as its operator sees it: how much, never whose and never what."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from lib.engine.job import Job, JobState


@dataclass(frozen=True)
class KindOverview:
    """The jobs of one kind that the engine remembers: those not over, and those of about the last hour."""

    kind: str
    running: int
    waiting: int
    done: int
    stopped: int
    failed: int
    median_run_s: float | None
    """Of those that are done; None if none is."""


@dataclass(frozen=True)
class EngineOverview:
    slots: int
    """Jobs that can run at once: the workers that answer."""
    running: int
    waiting: int
    longest_wait_s: float
    """Expected seconds until the last in line starts; 0 if nobody waits."""
    kinds: tuple[KindOverview, ...]
    """By name."""


def kind_overview(kind: str, jobs: Sequence[Job]) -> KindOverview:
    """Of `jobs`, which are all of that kind."""
    times = [job.ran_s for job in jobs if job.state is JobState.DONE and job.ran_s is not None]
    counts = {state: sum(job.state is state for job in jobs) for state in JobState}
    return KindOverview(
        kind,
        counts[JobState.RUNNING],
        counts[JobState.WAITING],
        counts[JobState.DONE],
        counts[JobState.STOPPED],
        counts[JobState.FAILED],
        statistics.median(times) if times else None,
    )
