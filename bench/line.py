"""A measured number beside its bound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Line:
    name: str
    value: float
    unit: str
    bound: float
    sense: Literal["<=", ">="] = "<="

    @property
    def passed(self) -> bool:
        return self.value <= self.bound if self.sense == "<=" else self.value >= self.bound

    def __str__(self) -> str:
        verdict = "pass" if self.passed else "FAIL"
        return f"{self.name:<58} {self.value:>10.4g} {self.unit:<9} {self.sense} {self.bound:<8g} {verdict}"


def percentile(values: list[float], share: float) -> float:
    """The value that `share` of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
