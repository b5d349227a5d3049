"""A quantized matrix, and what was lost."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class QuantizedMatrix:
    """Codes and what they read back as.

    `codes` and `restored` have the matrix's shape, `restored` is float32. `code_bits` is the width of a code;
    `side_bits` is everything kept beside the codes (scales, zero points, outlier columns), for the whole matrix.
    `levels` are the values a weight of an average block can take: the grid to draw over a histogram.
    """

    method: str
    codes: np.ndarray
    restored: np.ndarray
    code_bits: int
    side_bits: float
    levels: np.ndarray

    @property
    def weights(self) -> int:
        return self.restored.size

    @property
    def side_bits_per_weight(self) -> float:
        return self.side_bits / self.weights

    @property
    def bits_per_weight(self) -> float:
        """True size: codes and everything beside them, divided by the number of weights."""
        return self.code_bits + self.side_bits_per_weight

    @property
    def total_bytes(self) -> float:
        return self.bits_per_weight * self.weights / 8

    @property
    def fp32_bytes(self) -> int:
        """Of the matrix as it was."""
        return 4 * self.weights


@dataclass(frozen=True)
class Damage:
    """How far a restored matrix is from the original.

    mse = mean of (w - ŵ)²;  snr_db = 10 · log10(mean of w² / mse), about 6 dB for every bit of a uniform grid.
    """

    mse: float
    signal_power: float
    largest_error: float
    zeroed_share: float

    @property
    def snr_db(self) -> float:
        if self.mse == 0:
            return math.inf
        return 10 * math.log10(self.signal_power / self.mse) if self.signal_power else -math.inf

    @property
    def relative_error(self) -> float:
        """Root mean square error over root mean square weight."""
        return math.sqrt(self.mse / self.signal_power) if self.signal_power else math.inf


def damage(original: np.ndarray, restored: np.ndarray, ignore: np.ndarray | None = None) -> Damage:
    """Compare two matrices of one shape; `ignore` marks entries to leave out (a planted outlier, for one)."""
    original, restored = original.astype(np.float64), restored.astype(np.float64)
    if ignore is not None:
        original, restored = original[~ignore], restored[~ignore]
    error = restored - original
    return Damage(
        mse=float(np.mean(error**2)),
        signal_power=float(np.mean(original**2)),
        largest_error=float(np.abs(error).max()),
        zeroed_share=float(np.mean((restored == 0) & (original != 0))),
    )
