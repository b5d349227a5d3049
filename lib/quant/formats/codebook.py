"""Tables of levels: NF4, FP4, and the 8-bit dynamic type that holds the scales in double quantization.

A codebook format stores an index; the value is the level at that index times the block's absmax. The level is
the nearest one, and of two equally near the lower, as bitsandbytes has it (`torch.bucketize` over midpoints).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

import numpy as np

from lib.places import ASSETS

# QLoRA, appendix E: half of 1/32 + 1/30 is left out at the ends, where the quantile would be infinite.


@dataclass(frozen=True, eq=False)
class Codebook:
    """`levels[i]` is what code `i` stands for, in units of the block's absmax; float32, shape [2^bits]."""

    name: str
    levels: np.ndarray
    source: str

    @property
    def bits(self) -> int:
        return (len(self.levels) - 1).bit_length()

    @property
    def sorted_levels(self) -> np.ndarray:
        return np.sort(self.levels)

    def encode(self, scaled: np.ndarray) -> np.ndarray:
        """Index of the nearest level for values in [-1, 1]; uint8, same shape."""
        order = np.argsort(self.levels, kind="stable")
        ascending = self.levels[order]
        midpoints = (ascending[:-1] + ascending[1:]) / np.float32(2)
        return order[np.searchsorted(midpoints, scaled, side="left")].astype(np.uint8)

    def decode(self, codes: np.ndarray) -> np.ndarray:
        return self.levels[codes]


@cache
def codebook(name: str) -> Codebook:
    """ "nf4", "fp4" or "dynamic8"; KeyError for another name."""
    if name == "dynamic8":
        return Codebook(name, dynamic_8bit_levels(), "Dettmers 2016, arXiv 1511.04561, section 3")
    facts = json.loads((ASSETS / "quant" / "codebooks.json").read_text(encoding="utf-8"))[name]
    if "twelfths" in facts:
        levels = np.array(facts["twelfths"], np.float32) / np.float32(12)
    else:
        levels = np.array(facts["levels"], np.float32)
    levels.setflags(write=False)
    return Codebook(name, levels, facts["source"])


@cache
def dynamic_8bit_levels() -> np.ndarray:
    """The signed dynamic 8-bit type: float32, shape [256], ascending.

    Each decade from 10^-6 up has twice as many levels as the one below (1, 2, 4 … 64), at the middles of equal
    parts of [0.1, 1]; with 0 and 1 that makes 256. As in bitsandbytes `create_dynamic_map`, whose
    `torch.linspace` in float32 is followed to the last bit.
    """
    levels = [0.0, 1.0]
    for decade in range(7):
        boundaries = _float32_linspace(0.1, 1, 2**decade + 1)
        middles = (boundaries[:-1] + boundaries[1:]) / np.float32(2)
        magnitudes = (np.float32(10.0 ** (decade - 6)) * middles).tolist()
        levels += magnitudes + [-magnitude for magnitude in magnitudes]
    levels = np.array(sorted(levels)).astype(np.float32)
    levels.setflags(write=False)
    return levels


def _float32_linspace(start: float, end: float, count: int) -> np.ndarray:
    """`torch.linspace` in float32: a rounded step, counted from either end, one rounding a point."""
    start, end = np.float32(start), np.float32(end)
    step = float((end - start) / np.float32(count - 1))
    index = np.arange(count)
    from_start, from_end = float(start) + step * index, float(end) - step * (count - 1 - index)
    return np.where(index < count // 2, from_start, from_end).astype(np.float32)
