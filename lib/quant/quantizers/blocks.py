"""Which weights share a scale: the whole tensor, an output channel (row), or a group of neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lib.quant.errors import QuantError

GROUP_SIZES = (32, 64, 128)


@dataclass(frozen=True)
class Grouping:
    """`size` weights in a row-major walk through the matrix share a scale.

    The last block may be shorter; that is how bitsandbytes cuts a matrix into blocks. Where the row length is a
    multiple of `size`, no block crosses a row, which is what GPTQ and AWQ call a group.
    """

    name: str
    size: int

    def count(self, weights: int) -> int:
        """How many blocks, and so scales, `weights` need."""
        return -(-weights // self.size)

    def split(self, matrix: np.ndarray) -> np.ndarray:
        """`matrix` as rows of one block each, the last one filled up with zeros; shape [blocks, size]."""
        flat = matrix.reshape(-1)
        padding = self.count(flat.size) * self.size - flat.size
        if padding:
            flat = np.concatenate([flat, np.zeros(padding, flat.dtype)])
        return flat.reshape(-1, self.size)

    def join(self, blocks: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        """Undo `split`."""
        return blocks.reshape(-1)[: int(np.prod(shape))].reshape(shape)


def grouping(name: str, shape: tuple[int, ...]) -> Grouping:
    """ "tensor", "channel", or "32", "64", "128" for a group; QuantError for another name."""
    if name == "tensor":
        return Grouping(name, int(np.prod(shape)))
    if name == "channel":
        return Grouping(name, shape[-1])
    if name.isdigit() and int(name) > 0:
        return Grouping(name, min(int(name), int(np.prod(shape))))
    raise QuantError(f"Weights can share a scale by tensor, by channel or in groups such as 64, not by {name!r}.")
