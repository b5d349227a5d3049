"""Two estimates part by part."""

from __future__ import annotations

from dataclasses import dataclass

from lib.memory.estimate import Estimate


@dataclass(frozen=True)
class Difference:
    """One part (or `total`) of two estimates, in bytes on one GPU."""

    key: str
    first_bytes: float
    second_bytes: float

    @property
    def more_bytes(self) -> float:
        """How much more the second takes."""
        return self.second_bytes - self.first_bytes


def side_by_side(first: Estimate, second: Estimate) -> tuple[Difference, tuple[Difference, ...]]:
    """The totals, and every part that either has."""
    keys = dict.fromkeys(term.key for term in (*first.terms, *second.terms))
    parts = tuple(Difference(key, first.size_of(key), second.size_of(key)) for key in keys)
    return Difference("total", first.total_bytes, second.total_bytes), parts
