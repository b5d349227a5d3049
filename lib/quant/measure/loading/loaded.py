"""A model in one precision: room checked, loaded or shared with other runs, and weighed while it is fresh.

Imports torch: for workers. A shared copy is only ever read. Round-to-nearest rows have modules of their own, which hold
rounded weights where the shared fp32 copy has the original ones.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import PreTrainedModel

from lib.models.borrow import own_modules
from lib.models.heap import give_back
from lib.models.load import free_bytes, load
from lib.models.shared import COPIES
from lib.quant.measure.loading.estimate import ModelFiles, check_fits
from lib.quant.measure.loading.round_to_nearest import RoundToNearest
from lib.quant.measure.loading.true_bytes import true_bytes
from lib.quant.measure.run import TITLES, Memory

LARGEST_FILE_WRITTEN = 600_000_000
REST_DTYPES = {"bf16": torch.bfloat16, "fp32": torch.float32}


@dataclass(frozen=True)
class Loaded:
    """A model to read, what it weighed before it was first used, and how long it took to load."""

    model: PreTrainedModel
    memory: Memory
    load_s: float


class Loader:
    """Loads one model in the precisions of one run; `with` it, so that what it holds is given back at the end.

    rest_dtype     what layers that are never quantized are kept in, "bf16" or "fp32"
    working_bytes  what a run needs beside the weights
    """

    def __init__(self, files: ModelFiles, device: torch.device, rest_dtype: str, working_bytes: int) -> None:
        self._files, self._device, self._rest_dtype = files, device, rest_dtype
        self._working_bytes = working_bytes
        self._held = ExitStack()
        self._rounded: tuple[PreTrainedModel, RoundToNearest] | None = None

    def __enter__(self) -> Loader:
        return self

    def __exit__(self, *_: object) -> None:
        self._rounded = None
        self._held.close()

    @contextmanager
    def borrow(self, row: str) -> Iterator[tuple[Loaded, bool]]:
        """The model for this row, and whether another run had loaded it already.

        Raises WouldNotFit, before loading, if it would not fit.
        """
        if row.startswith("rtn"):
            yield self._round(row), False
            return
        shared = self._key(row) in COPIES.held
        with COPIES.borrow(self._key(row), lambda: self._load(row)) as loaded:
            yield loaded, shared

    def _key(self, precision: str) -> tuple[Path, str, str, str]:
        return self._files.folder, precision, self._rest_dtype, str(self._device)

    def _load(self, row: str) -> Loaded:
        self._make_room(row, row)
        started = time.perf_counter()
        model, _ = load(self._files.folder, row, self._device, REST_DTYPES[self._rest_dtype])
        load_s = time.perf_counter() - started
        held = true_bytes(model)
        memory = Memory(
            true_bytes=held,
            footprint_bytes=model.get_memory_footprint(),
            file_bytes=_saved_bytes(model) if held <= LARGEST_FILE_WRITTEN else None,
            peak_bytes=None,
            float_weights=sum(p.numel() for p in model.parameters() if p.is_floating_point()),
        )
        give_back()  # what writing it took
        return Loaded(model, memory, load_s)

    def _round(self, row: str) -> Loaded:
        started = time.perf_counter()
        if self._rounded is None:
            original = self._held.enter_context(COPIES.borrow(self._key("fp32"), lambda: self._load("fp32")))
            model = own_modules(original.model)
            self._rounded = (model, RoundToNearest(model))
        model, rounded = self._rounded
        rounded.quantize_all(int(row[3:]))
        sizes = Memory(self._files.weights_bytes(row, self._rest_dtype), None, None, None, simulated=True)
        return Loaded(model, sizes, time.perf_counter() - started)

    def _make_room(self, row: str, precision: str) -> None:
        needed = self._files.weights_bytes(precision, self._rest_dtype) + self._working_bytes
        make_room(TITLES[row], needed, self._device)


def make_room(title: str, needed_bytes: int, device: torch.device) -> None:
    """Shared copies that nobody reads make way for what `title` names; WouldNotFit if even so it would not fit."""
    if needed_bytes > free_bytes(device):
        COPIES.free_unused()
    check_fits(title, needed_bytes, free_bytes(device))


def _saved_bytes(model: PreTrainedModel) -> int | None:
    """Size of the weights as `save_pretrained` writes them; None where this precision cannot be saved."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            model.save_pretrained(folder)
        except (ValueError, NotImplementedError, RuntimeError):
            return None
        return sum(file.stat().st_size for file in Path(folder).glob("*.safetensors"))
