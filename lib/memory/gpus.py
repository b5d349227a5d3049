"""Graphics cards: how much memory each really offers, and how fast it reads it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

from lib.memory.errors import CannotEstimateError
from lib.places import ASSETS
from lib.units import GIB, MIB

GPUS_FILE = ASSETS / "memory" / "gpus.json"
UNIFIED_SHARE = 0.75  # of Apple's unified memory, what macOS lets the GPU use unless told otherwise


@dataclass(frozen=True)
class Gpu:
    """A card. `memory_gib` is what it is sold with; `reported_mib` what the driver reports, where that is known."""

    name: str
    memory_gib: float
    reported_mib: int | None
    bandwidth_gb_s: float
    unified: bool
    context_mib: int | None
    source: str
    note: str | None

    @property
    def usable_bytes(self) -> float:
        """What programs can allocate in all, the CUDA context included."""
        if self.unified:
            return self.memory_gib * GIB * UNIFIED_SHARE
        return self.reported_mib * MIB if self.reported_mib else self.memory_gib * GIB

    @property
    def measured(self) -> bool:
        """Whether `usable_bytes` is a driver's report rather than the number on the box."""
        return self.reported_mib is not None


@cache
def gpus() -> dict[str, Gpu]:
    """Every card by name, in the order of the file."""
    return {row["name"]: Gpu(**row) for row in json.loads(GPUS_FILE.read_text(encoding="utf-8"))}


def gpu(name: str) -> Gpu:
    if name not in gpus():
        raise CannotEstimateError(f"GPU {name!r} is not in the list: pick one of it, such as {next(iter(gpus()))!r}.")
    return gpus()[name]
