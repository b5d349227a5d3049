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

LLM_INT8_THRESHOLD = 6.0


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


def llm_int8_product(inputs: np.ndarray, weight: np.ndarray, threshold: float = LLM_INT8_THRESHOLD) -> np.ndarray:
    """inputs [tokens, in] times weight [out, in] transposed, the LLM.int8() way; float32 [tokens, out].

    Each row of inputs and each row of weights has an absmax scale of its own; whole numbers are multiplied and
    added up exactly; the product is scaled back by both. Input features that reach `threshold` go around it in
    full precision, with weights read back from int8, as bitsandbytes does it.
    """
    weight_scale = np.abs(weight).max(axis=1)
    weight_codes = np.rint(weight * (np.float32(127) / weight_scale)[:, None])
    outlier = (np.abs(inputs) >= threshold).any(axis=0) if threshold > 0 else np.zeros(inputs.shape[1], bool)
    # The scale of a row is taken over its values below the threshold; whole outlier columns are then left out.
    ordinary = np.where(np.abs(inputs) >= threshold, np.float32(0), inputs) if threshold > 0 else inputs
    input_scale = np.abs(ordinary).max(axis=1)
    factor = np.divide(np.float32(127), input_scale, out=np.zeros_like(input_scale), where=input_scale > 0)
    input_codes = np.rint(ordinary * factor[:, None])
    input_codes[:, outlier] = 0
    whole = input_codes.astype(np.int64) @ weight_codes.astype(np.int64).T
    product = whole * (input_scale[:, None] * weight_scale[None, :]) / np.float32(127**2)
    weight_restored = weight_codes[:, outlier] * weight_scale[:, None] / np.float32(127)
    return (product + inputs[:, outlier] @ weight_restored.T).astype(np.float32)
