"""How many sentences got their label, and how sure that is. No torch."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

Z_95 = 1.959964
"""Of the normal distribution: 95% lie within so many standard deviations."""


def wilson(right: int, of: int) -> tuple[float, float]:
    """A 95% interval for a share of which `right` of `of` were seen (Wilson 1927).

    (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n)
    """
    share, ratio = right / of, Z_95**2 / of
    middle = share + ratio / 2
    half = Z_95 * math.sqrt(share * (1 - share) / of + ratio / (4 * of))
    return max(0.0, (middle - half) / (1 + ratio)), min(1.0, (middle + half) / (1 + ratio))


@dataclass(frozen=True)
class Score:
    """A prompt, or a tuned model, put to all test sentences."""

    picked: tuple[str, ...]
    """The likeliest label of each, in their order."""
    wanted: tuple[str, ...]
    seconds: float
    front_tokens: int
    """Of what stands before each sentence."""

    @property
    def right(self) -> int:
        return sum(one == other for one, other in zip(self.picked, self.wanted, strict=True))

    @property
    def of(self) -> int:
        return len(self.wanted)

    @property
    def accuracy(self) -> float:
        return self.right / self.of

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.right, self.of)

    @property
    def favourite(self) -> tuple[str, int]:
        """The label given most often, and how often."""
        return Counter(self.picked).most_common(1)[0]

    def to_dict(self) -> dict:
        low, high = self.interval
        return {
            "right": self.right,
            "of": self.of,
            "accuracy": self.accuracy,
            "low": low,
            "high": high,
            "seconds": self.seconds,
            "front_tokens": self.front_tokens,
        }


def apart(one: Score, other: Score) -> bool:
    """Whether the two intervals have nothing in common."""
    return one.interval[0] > other.interval[1] or other.interval[0] > one.interval[1]
