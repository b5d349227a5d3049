"""Absmax quantization: the largest magnitude of a block becomes the largest whole number, zero stays zero.

    scale = absmax / (2^(bits-1) - 1)      code = round(w / scale)      ŵ = code · scale

Dettmers et al. 2022, "LLM.int8()", section 2.1, eq. 1. With 8 bits and one scale a row this is bitsandbytes'
`int8_vectorwise_quant`, to the last bit.
"""

from __future__ import annotations

import numpy as np

from lib.quant.errors import QuantError
from lib.quant.quantizers.blocks import Grouping
from lib.quant.quantizers.result import QuantizedMatrix
from lib.quant.quantizers.scales import store_scales

WIDTHS = (2, 3, 4, 5, 6, 7, 8)


def check_width(bits: int) -> None:
    if bits not in WIDTHS:
        raise QuantError(f"A quantizer here must have {WIDTHS[0]} to {WIDTHS[-1]} bits, not {bits}.")


def quantize_absmax(matrix: np.ndarray, bits: int, group: Grouping, scale_storage: str = "fp32") -> QuantizedMatrix:
    """Round every weight to the nearest of 2^bits - 1 evenly spaced levels; `matrix` is float32 of any shape."""
    check_width(bits)
    top = np.float32(2 ** (bits - 1) - 1)
    blocks = group.split(matrix.astype(np.float32, copy=False))
    absmax = np.abs(blocks).max(axis=1)
    scales = store_scales(absmax, scale_storage)
    kept = scales.values[:, None]
    # bitsandbytes multiplies by (1/absmax) · 127 and by 1/127; plain division would differ in the last bit.
    reciprocal = np.divide(np.float32(1), kept, out=np.zeros_like(kept), where=kept > 0)
    factor = reciprocal * top
    codes = np.clip(np.rint(blocks * factor), -top, top)
    restored = (codes * kept) * (np.float32(1) / top)
    typical = float(np.median(scales.values))
    return QuantizedMatrix(
        method="absmax",
        codes=group.join(codes.astype(np.int8), matrix.shape),
        restored=group.join(restored.astype(np.float32), matrix.shape),
        code_bits=bits,
        side_bits=scales.bits,
        levels=np.arange(-top, top + 1) * typical / float(top),
    )
