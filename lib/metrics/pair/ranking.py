"""How far two rankings agree: Spearman's ρ and Kendall's τ-b, ties included."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations


def ranks(values: Sequence[float]) -> list[float]:
    """1 for the highest value; equal values share the mean of their places."""
    order = sorted(range(len(values)), key=lambda index: -values[index])
    places = [0.0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end + 1 < len(order) and values[order[end + 1]] == values[order[start]]:
            end += 1
        for index in order[start : end + 1]:
            places[index] = (start + end) / 2 + 1
        start = end + 1
    return places


def spearman(first: Sequence[float], second: Sequence[float]) -> float:
    """Pearson's correlation of the ranks, −1 to 1; NaN if either ranking has nothing but ties."""
    a, b = ranks(first), ranks(second)
    mean_a, mean_b = math.fsum(a) / len(a), math.fsum(b) / len(b)
    covariance = math.fsum((x - mean_a) * (y - mean_b) for x, y in zip(a, b, strict=True))
    spread = math.sqrt(math.fsum((x - mean_a) ** 2 for x in a) * math.fsum((y - mean_b) ** 2 for y in b))
    return covariance / spread if spread else math.nan


def kendall(first: Sequence[float], second: Sequence[float]) -> float:
    """τ-b, −1 to 1: agreeing pairs less disagreeing pairs, corrected for ties; NaN if either has nothing but ties."""
    agreement, untied_first, untied_second = 0, 0, 0
    for i, j in combinations(range(len(first)), 2):
        a, b = _sign(first[i] - first[j]), _sign(second[i] - second[j])
        agreement += a * b
        untied_first += a != 0
        untied_second += b != 0
    spread = math.sqrt(untied_first * untied_second)
    return agreement / spread if spread else math.nan


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)
