"""Graphics cards: how much memory each really offers, and how fast it reads it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

from lib.memory.errors import CannotEstimateError
from lib.places import ASSETS
from lib.sources import Source
from lib.units import GIB, MIB

GPUS_FILE = ASSETS / "memory" / "gpus.json"
UNIFIED_SHARE = 0.75  # of Apple's unified memory, what macOS lets the GPU use unless told otherwise


@dataclass(frozen=True)
class Gpu:
    """A graphics card, from its maker's own figures.

    memory_gib       what it is sold with
    bandwidth_gb_s   10^9 bytes a second between its memory and its cores, at most
    reported_mib     the total that nvidia-smi shows for it, where that was published (`reported_source`); programs get
                     a few hundred MiB less, which the driver keeps for itself
    context_mib      what CUDA took on it before a program's first tensor, where that is known
    note             which field is an estimate, or why two figures differ
    """

    name: str
    memory_gib: float
    bandwidth_gb_s: float
    unified: bool
    source: Source
    reported_mib: int | None = None
    reported_source: Source | None = None
    context_mib: int | None = None
    note: str | None = None

    @property
    def usable_bytes(self) -> float:
        """What programs can allocate in all, the CUDA context included."""
        if self.unified:
            return self.memory_gib * GIB * UNIFIED_SHARE
        return self.reported_mib * MIB if self.reported_mib else self.memory_gib * GIB

    def room_beside(self, needed_bytes: float) -> float:
        """Bytes left beside `needed_bytes`; negative where that does not fit."""
        return self.usable_bytes - needed_bytes

    def times_filled(self, needed_bytes: float) -> float:
        """How many times the card `needed_bytes` would fill."""
        return needed_bytes / self.usable_bytes

    @property
    def measured(self) -> bool:
        """Whether `usable_bytes` is a driver's report rather than the number on the box."""
        return self.reported_mib is not None


@cache
def gpus() -> dict[str, Gpu]:
    """Every card by name, in the order of the file."""
    return {row["name"]: _gpu(row) for row in json.loads(GPUS_FILE.read_text(encoding="utf-8"))}


def _gpu(row: dict) -> Gpu:
    reported = row["reported_source"]
    sources = {"source": Source(**row["source"]), "reported_source": Source(**reported) if reported else None}
    return Gpu(**{**row, **sources})


def gpu(name: str) -> Gpu:
    """The GPU of that name; CannotEstimateError if the list has none."""
    if name not in gpus():
        raise CannotEstimateError(f"GPU {name!r} is not in the list: pick one from it, such as {next(iter(gpus()))!r}.")
    return gpus()[name]
