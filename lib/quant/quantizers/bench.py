"""The quantizer bench: one description of a quantizer, applied to one matrix."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from lib.quant.errors import QuantError
from lib.quant.quantizers.absmax import quantize_absmax
from lib.quant.quantizers.blocks import grouping
from lib.quant.quantizers.four_bit import quantize_four_bit
from lib.quant.quantizers.outliers import PlantedOutlier, keep_outlier_columns, plant_outlier
from lib.quant.quantizers.result import Damage, QuantizedMatrix, damage
from lib.quant.quantizers.zero_point import quantize_zero_point

METHODS = ("absmax", "zero point", "nf4", "fp4")


@dataclass(frozen=True)
class Quantizer:
    """`bits` counts for absmax and zero point only: nf4 and fp4 have four."""

    method: str
    bits: int = 4
    group: str = "64"
    scale_storage: str = "fp32"

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise QuantError(f"A quantizer is one of {', '.join(METHODS)}, not {self.method!r}.")

    def apply(self, matrix: np.ndarray) -> QuantizedMatrix:
        """Quantize a float32 matrix [out, in] and read it back."""
        group = grouping(self.group, matrix.shape)
        if self.method == "absmax":
            return quantize_absmax(matrix, self.bits, group, self.scale_storage)
        if self.method == "zero point":
            return quantize_zero_point(matrix, self.bits, group, self.scale_storage)
        return quantize_four_bit(matrix, self.method, group, self.scale_storage)

    @property
    def title(self) -> str:
        width = f"{self.bits}-bit {self.method}" if self.method in ("absmax", "zero point") else self.method.upper()
        shared = {"tensor": "one scale", "channel": "a scale per row"}.get(self.group, f"groups of {self.group}")
        return f"{width}, {shared}"


@dataclass(frozen=True, eq=False)
class BenchResult:
    """A matrix, quantized; `damage` leaves a planted outlier itself out, so that it shows what the others suffered."""

    quantizer: Quantizer
    original: np.ndarray
    quantized: QuantizedMatrix
    damage: Damage
    outlier: PlantedOutlier | None
    kept_columns: tuple[int, ...]


def run_bench(
    matrix: np.ndarray,
    quantizer: Quantizer,
    outlier_deviations: float | None = None,
    decompose_beyond_deviations: float | None = None,
) -> BenchResult:
    """Quantize `matrix`, on request with an outlier planted in it, and with outlier columns kept in fp16."""
    outlier = plant_outlier(matrix, outlier_deviations) if outlier_deviations else None
    original = outlier.matrix if outlier else matrix
    kept = np.empty(0, int)
    if decompose_beyond_deviations:
        quantized, kept = keep_outlier_columns(original, decompose_beyond_deviations, quantizer.apply)
    else:
        quantized = quantizer.apply(original)
    return BenchResult(
        quantizer=quantizer,
        original=original,
        quantized=quantized,
        damage=damage(original, quantized.restored, outlier.mask if outlier else None),
        outlier=outlier,
        kept_columns=tuple(int(column) for column in kept),
    )


def repairs(
    matrix: np.ndarray, quantizer: Quantizer, outlier_deviations: float, threshold: float
) -> dict[str, BenchResult]:
    """The story of an outlier: one scale without it, with it, then groups, then outlier columns kept apart."""
    whole = replace(quantizer, group="tensor")
    run = partial(run_bench, matrix)
    return {
        "no outlier": run(whole),
        "one outlier": run(whole, outlier_deviations),
        "groups of 64": run(replace(quantizer, group="64"), outlier_deviations),
        "its column in fp16": run(whole, outlier_deviations, threshold),
    }
