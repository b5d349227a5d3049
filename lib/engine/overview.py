"""The whole engine as its operator sees it: how much, never whose and never what."""

from __future__ import annotations

from dataclasses import dataclass


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
