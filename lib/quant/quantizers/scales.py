"""How scales themselves are stored: 32 bits each, 16 bits each, or quantized once more ("double quantization")."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lib.quant.errors import QuantError
from lib.quant.formats.codebook import codebook

SCALE_STORAGES = ("fp32", "fp16", "double")
DOUBLE_BLOCK = 256  # scales that share a second-level scale: QLoRA, section 3, "Double Quantization"


@dataclass(frozen=True, eq=False)
class StoredScales:
    """`values` are the scales as they read back (float32, one a block); `bits` is their size altogether."""

    values: np.ndarray
    bits: int


def store_scales(scales: np.ndarray, storage: str) -> StoredScales:
    """Round-trip float32 `scales` through `storage`; QuantError if there is no such storage."""
    if storage == "fp32":
        return StoredScales(scales, 32 * scales.size)
    if storage == "fp16":
        with np.errstate(over="ignore"):
            half = scales.astype(np.float16)
        if not np.isfinite(half).all():
            raise QuantError("A scale is beyond 65,504, the largest fp16 number; keep scales in fp32 here.")
        return StoredScales(half.astype(np.float32), 16 * scales.size)
    if storage == "double":
        return double_quantize(scales)
    raise QuantError(f"Scales are stored as one of {', '.join(SCALE_STORAGES)}, not as {storage!r}.")


def double_quantize(scales: np.ndarray) -> StoredScales:
    """Quantize the scales: their mean is taken off, the rest kept in 8 bits with an absmax for every 256.

    For blocks of 64 weights that turns 32/64 = 0.5 bits per weight into 8/64 + 32/(64 · 256) = 0.127 (QLoRA,
    section 3). The 8-bit type is bitsandbytes' dynamic one where the paper says FP8.
    """
    table = codebook("dynamic8")
    offset = scales.mean(dtype=np.float32)
    centred = scales - offset
    restored = np.empty_like(scales)
    blocks = range(0, scales.size, DOUBLE_BLOCK)
    for start in blocks:
        block = centred[start : start + DOUBLE_BLOCK]
        absmax = np.abs(block).max()
        reciprocal = np.float32(1) / absmax if absmax > 0 else np.float32(0)
        codes = table.encode(np.clip(block * reciprocal, -1, 1))
        restored[start : start + DOUBLE_BLOCK] = table.decode(codes) * absmax + offset
    return StoredScales(restored, 8 * scales.size + 32 * len(blocks) + 32)
