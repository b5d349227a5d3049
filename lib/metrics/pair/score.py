"""Precision, recall and F1, computed in the order of operations of rouge-score so that the last digit agrees."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Score:
    """Shares of 1, not of 100."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean, 0 where both are 0."""
        if self.precision + self.recall > 0:
            return 2 * self.precision * self.recall / (self.precision + self.recall)
        return 0.0


ZERO = Score(0.0, 0.0)
