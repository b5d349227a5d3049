"""One matrix of the bundled model before and after every way of training, as recorded. No torch."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from lib.places import ASSETS

FILE = ASSETS / "lesson" / "ways_of_training.json"


@dataclass(frozen=True, eq=False)
class Change:
    """What one way did to the matrix."""

    name: str
    before: np.ndarray
    """Its upper left corner, [rows, columns]."""
    after: np.ndarray
    changed_share: float
    """Of all numbers of the matrix, those that are another number afterwards."""
    relative_change: float
    """‖after − before‖ / ‖before‖, of the whole matrix."""
    largest_change: float
    rank: int
    """Of after − before: singular values above 10⁻⁵ of the largest."""
    trained: int
    """Parameters with a gradient, in the whole model."""
    tokens: int
    """Read while training."""
    more: dict[str, Any]
    """What was told besides: losses, margins, hashes."""

    @property
    def difference(self) -> np.ndarray:
        return self.after - self.before

    @property
    def largest_in_corner(self) -> float:
        """The largest number of the corner before and after, whatever its sign."""
        return float(max(np.abs(self.before).max(), np.abs(self.after).max()))

    @property
    def largest_change_in_corner(self) -> float:
        """Up or down; 0 where nothing of the corner has changed."""
        return float(np.abs(self.difference).max())


@dataclass(frozen=True, eq=False)
class Changes:
    """Every way by its name, and how it was recorded."""

    facts: dict[str, Any]
    by_name: dict[str, Change]


@cache
def changes() -> Changes:
    """The recorded matrices, before and after each way of training."""
    facts = json.loads(FILE.read_text(encoding="utf-8"))
    with np.load(FILE.with_suffix(".npz")) as file:
        arrays = dict(file)
    ways = facts.pop("ways")
    return Changes(facts, {name: _change(name, dict(row), arrays) for name, row in ways.items()})


def _change(name: str, row: dict[str, Any], arrays: dict[str, np.ndarray]) -> Change:
    fields = ("changed_share", "relative_change", "largest_change", "rank", "trained", "tokens")
    known = {field: row.pop(field) for field in fields}
    return Change(name=name, before=arrays[f"{name}.before"], after=arrays[f"{name}.after"], more=row, **known)
