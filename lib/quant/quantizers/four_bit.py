"""NF4 and FP4: 4-bit codes into a table of 16 levels, times the absmax of each block.

Dettmers et al. 2023, "QLoRA", section 3. bitsandbytes' default is a block of 64 weights with an fp32 absmax.
"""

from __future__ import annotations

import numpy as np

from lib.quant.formats.codebook import codebook
from lib.quant.quantizers.blocks import Grouping
from lib.quant.quantizers.result import QuantizedMatrix
from lib.quant.quantizers.scales import store_scales

SMALLEST_ABSMAX = np.float32(1e-38)  # a block of zeros: bitsandbytes' guard against dividing by zero


def quantize_four_bit(
    matrix: np.ndarray, table_name: str, group: Grouping, scale_storage: str = "fp32"
) -> QuantizedMatrix:
    """Round every weight to the nearest level of "nf4" or "fp4"; `matrix` is float32 of any shape."""
    table = codebook(table_name)
    blocks = group.split(matrix.astype(np.float32, copy=False))
    absmax = np.abs(blocks).max(axis=1)
    scaled = np.clip(blocks * (np.float32(1) / np.maximum(absmax, SMALLEST_ABSMAX))[:, None], -1, 1)
    codes = table.encode(scaled)
    # As in bitsandbytes, codes are chosen with the exact absmax and read back with the stored one.
    scales = store_scales(absmax, scale_storage)
    restored = table.decode(codes) * scales.values[:, None]
    return QuantizedMatrix(
        method=table_name,
        codes=group.join(codes, matrix.shape),
        restored=group.join(restored, matrix.shape),
        code_bits=table.bits,
        side_bits=scales.bits,
        levels=table.sorted_levels.astype(np.float64) * float(np.median(scales.values)),
    )
