"""What fetching a model tells while it goes. No torch, no hub client: pages read these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class FetchProgress:
    name: str
    stage: str
    """What is being done, in words a student reads."""
    done_bytes: int
    total_bytes: int
    """0 where a stage cannot be counted."""
    keep_only_newest: ClassVar[bool] = True


@dataclass(frozen=True)
class Fetched:
    name: str
    total_bytes: int
    """Of the files that are there now."""
    seconds: float
