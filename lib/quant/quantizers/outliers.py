"""Outliers: how one value ruins a scale, and LLM.int8()'s way out.

LLM.int8() (Dettmers et al. 2022, section 3.2) takes the few input features in which an *activation* reaches
6.0, multiplies those in 16 bits and the rest in int8, and adds the two products. `keep_outlier_columns` does
the same to a weight matrix by itself, so that its effect can be seen without running a model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lib.quant.errors import QuantError
from lib.quant.quantizers.result import QuantizedMatrix


@dataclass(frozen=True, eq=False)
class PlantedOutlier:
    """`matrix` with one entry replaced by `value`, at (`row`, `column`)."""

    matrix: np.ndarray
    row: int
    column: int
    value: float

    @property
    def mask(self) -> np.ndarray:
        """True at the planted entry alone."""
        mask = np.zeros(self.matrix.shape, bool)
        mask[self.row, self.column] = True
        return mask


def plant_outlier(matrix: np.ndarray, standard_deviations: float) -> PlantedOutlier:
    """Put one weight of so many standard deviations in the middle of a copy of `matrix`."""
    row, column = matrix.shape[0] // 2, matrix.shape[1] // 2
    value = float(matrix.std() * standard_deviations)
    if not np.isfinite(value) or value == 0:
        raise QuantError("An outlier needs a matrix whose weights differ, and a size other than 0.")
    changed = matrix.copy()
    changed[row, column] = value
    return PlantedOutlier(changed, row, column, value)


def keep_outlier_columns(
    matrix: np.ndarray, standard_deviations: float, quantize: Callable[[np.ndarray], QuantizedMatrix]
) -> tuple[QuantizedMatrix, np.ndarray]:
    """Keep columns with a weight beyond so many standard deviations in fp16 and quantize the others.

    Returns the result and the kept columns' indices. A kept column costs 16 bits a row and a 32-bit index.
    """
    limit = standard_deviations * float(np.median(np.abs(matrix))) / 0.6745  # a deviation outliers can't inflate
    kept = np.flatnonzero((np.abs(matrix) > limit).any(axis=0))
    others = np.setdiff1d(np.arange(matrix.shape[1]), kept)
    if not len(others):
        raise QuantError("Every column has an outlier at this threshold; raise it so that some are left to quantize.")
    part = quantize(np.ascontiguousarray(matrix[:, others]))
    restored, codes = np.empty_like(matrix), np.zeros(matrix.shape, part.codes.dtype)
    restored[:, others], codes[:, others] = part.restored, part.codes
    restored[:, kept] = matrix[:, kept].astype(np.float16)
    bits = part.code_bits * part.weights + part.side_bits + len(kept) * (16 * matrix.shape[0] + 32)
    whole = QuantizedMatrix(
        method=f"{part.method} + outlier columns",
        codes=codes,
        restored=restored,
        code_bits=part.code_bits,
        side_bits=bits - part.code_bits * matrix.size,
        levels=part.levels,
    )
    return whole, kept
