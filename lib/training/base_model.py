"""What a base model says before any training: worked out by the first run of a worker, shared by all that follow.

A fresh adapter changes nothing (its B is zero), so this is where every run on that model begins.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from pathlib import Path
from typing import TypeVar

REMEMBERED = 500
"""Answers and losses; the oldest goes first."""

Value = TypeVar("Value")
_said: dict[Hashable, object] = {}


def said_once(folder: Path, question: Hashable, work_out: Callable[[], Value]) -> Value:
    """What the model in `folder` says to `question`, from `work_out` if it was not asked before in this process."""
    changed = max(file.stat().st_mtime_ns for file in folder.iterdir())
    key = (folder, changed, question)
    if key not in _said:
        while len(_said) >= REMEMBERED:
            del _said[next(iter(_said))]
        _said[key] = work_out()
    return _said[key]
