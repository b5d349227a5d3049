"""What a student hears when a job cannot be started, seen or ended in time."""

from __future__ import annotations

from lib.errors import StudentError


class EngineError(StudentError):
    """A job cannot be started, seen or stopped."""


class QueueFull(EngineError):
    """Too many jobs wait already."""


class TimeLimitReached(EngineError):
    """A job took longer than it may."""
