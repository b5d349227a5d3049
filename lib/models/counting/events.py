"""What the counting job tells. No torch here: pages read it."""

from __future__ import annotations

from dataclasses import dataclass

from lib.memory.model.inventory.counted import CountedModel


@dataclass(frozen=True)
class Building:
    """Progress: what the job does now."""

    what: str
    keep_only_newest = True


@dataclass(frozen=True)
class Counted:
    """The result."""

    model: CountedModel
