"""How far judges of the same texts agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lib.metrics.pair.ranking import kendall


@dataclass(frozen=True)
class Agreement:
    """Kendall's τ-b of every two judges: 1 the same order, -1 the reverse, NaN where one saw nothing but ties."""

    judges: tuple[str, ...]
    tau: tuple[tuple[float, ...], ...]

    @property
    def lowest(self) -> float | None:
        """The least agreement between two different judges; None if nothing can be said."""
        known = [value for row, values in enumerate(self.tau) for value in values[:row] if value == value]
        return min(known, default=None)


def agreement(values: Mapping[str, Sequence[float]]) -> Agreement:
    """From each judge's scores, higher for what it finds better."""
    return Agreement(
        tuple(values),
        tuple(tuple(kendall(first, second) for second in values.values()) for first in values.values()),
    )
