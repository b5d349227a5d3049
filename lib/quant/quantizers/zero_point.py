"""Zero-point (affine) quantization: the grid runs from a block's smallest value to its largest, 0 included.

    scale = (max - min) / (2^bits - 1)     zero = round(-min / scale)
    code = clip(round(w / scale) + zero)   ŵ = (code - zero) · scale

Jacob et al. 2018, arXiv 1712.05877, eq. 1. Zero is always representable, so the range is widened to hold it.
Where all values lie on one side of zero, so do all 2^bits levels, and not only half of them.
"""

from __future__ import annotations

import numpy as np

from lib.quant.quantizers.absmax import check_width
from lib.quant.quantizers.blocks import Grouping
from lib.quant.quantizers.result import QuantizedMatrix
from lib.quant.quantizers.scales import store_scales


def quantize_zero_point(matrix: np.ndarray, bits: int, group: Grouping, scale_storage: str = "fp32") -> QuantizedMatrix:
    """Round every weight to the nearest of 2^bits evenly spaced levels; `matrix` is float32 of any shape."""
    check_width(bits)
    steps = np.float32(2**bits - 1)
    blocks = group.split(matrix.astype(np.float32, copy=False))
    low = np.minimum(blocks.min(axis=1), np.float32(0))
    high = np.maximum(blocks.max(axis=1), np.float32(0))
    scales = store_scales((high - low) / steps, scale_storage)
    kept = np.where(scales.values > 0, scales.values, np.float32(1))[:, None]
    zero = np.clip(np.rint(-low[:, None] / kept), 0, steps)
    codes = np.clip(np.rint(blocks / kept) + zero, 0, steps)
    restored = (codes - zero) * kept
    scale, middle_zero = float(np.median(scales.values)), float(np.median(zero))
    return QuantizedMatrix(
        method="zero point",
        codes=group.join(codes.astype(np.uint8), matrix.shape),
        restored=group.join(restored.astype(np.float32), matrix.shape),
        code_bits=bits,
        side_bits=scales.bits + bits * len(blocks),
        levels=(np.arange(2**bits) - middle_zero) * scale,
    )
