"""Read one weight matrix out of a safetensors file, without torch and without reading the rest.

Format: 8 bytes with the header's length, a JSON header with name, dtype, shape and place of every tensor, then
the data (https://huggingface.co/docs/safetensors). bf16 has no numpy type: it is the upper half of a float32,
so its bits are shifted into place.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lib.quant.errors import QuantError

LARGEST_HEADER = 100_000_000  # the limit the format itself sets
WIDTHS_BYTES = {"BF16": 2, "F16": 2, "F32": 4, "F64": 8, "I8": 1, "U8": 1, "I32": 4, "I64": 8, "BOOL": 1}
PLAIN = {"F16": np.float16, "F32": np.float32}


@dataclass(frozen=True)
class TensorPlace:
    """Where a tensor lies: bytes [start, end) of `file`."""

    name: str
    file: Path
    dtype: str
    shape: tuple[int, ...]
    start: int
    end: int

    @property
    def weights(self) -> int:
        return int(np.prod(self.shape))

    @property
    def size_bytes(self) -> int:
        return self.end - self.start


def tensor_places(folder: Path) -> tuple[TensorPlace, ...]:
    """Every tensor in the folder's safetensors files, by name; QuantError if there is none or one is damaged."""
    files = sorted(folder.glob("*.safetensors")) if folder.is_dir() else []
    if not files:
        raise QuantError(f"There are no safetensors files in {folder.name!r}; choose a folder that holds a model.")
    places = [place for file in files for place in _places_in(file)]
    return tuple(sorted(places, key=lambda place: place.name))


def matrices(folder: Path) -> tuple[TensorPlace, ...]:
    """The tensors that have rows and columns."""
    return tuple(place for place in tensor_places(folder) if len(place.shape) == 2 and place.dtype in {"BF16", *PLAIN})


def read_matrix(place: TensorPlace) -> np.ndarray:
    """The tensor's values as float32, in its shape."""
    if place.dtype not in {"BF16", *PLAIN}:
        raise QuantError(f"{place.name} is stored as {place.dtype}; only F32, F16 and BF16 weights can be read here.")
    with place.file.open("rb") as file:
        file.seek(place.start)
        data = file.read(place.size_bytes)
    if place.dtype == "BF16":
        values = (np.frombuffer(data, "<u2").astype(np.uint32) << 16).view(np.float32)
    else:
        values = np.frombuffer(data, PLAIN[place.dtype]).astype(np.float32)
    return values.reshape(place.shape)


def _places_in(file: Path) -> list[TensorPlace]:
    size = file.stat().st_size
    damaged = QuantError(f"{file.name} is damaged or not a safetensors file; copy or download the model again.")
    with file.open("rb") as opened:
        length = int.from_bytes(opened.read(8), "little")
        if not 2 <= length <= min(size - 8, LARGEST_HEADER):
            raise damaged
        try:
            header = json.loads(opened.read(length))
            places = [_place(file, name, entry, 8 + length) for name, entry in header.items() if name != "__metadata__"]
        except (ValueError, KeyError, TypeError, AttributeError):
            raise damaged from None
    if any(place.end > size or place.start < 8 + length for place in places):
        raise damaged
    return places


def _place(file: Path, name: str, entry: dict, data_start: int) -> TensorPlace:
    start, end = entry["data_offsets"]
    shape = tuple(int(side) for side in entry["shape"])
    width = WIDTHS_BYTES.get(entry["dtype"])
    if width is not None and end - start != width * int(np.prod(shape)):
        raise ValueError(name)
    return TensorPlace(name, file, entry["dtype"], shape, data_start + start, data_start + end)
