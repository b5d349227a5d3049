"""What a tool or an error said of memory: `nvidia-smi`, PyTorch's out-of-memory message, or a bare size."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lib.memory.errors import CannotEstimateError
from lib.units import GIB, KIB, MIB, without_commas

MAX_TEXT = 20_000
UNITS = {"B": 1, "BYTES": 1, "KIB": KIB, "MIB": MIB, "GIB": GIB, "KB": 1e3, "MB": 1e6, "GB": 1e9}
SIZE = r"(?<![-−\d.,])([\d.,]+)\s*(KiB|MiB|GiB|KB|MB|GB|bytes|B)\b"


@dataclass(frozen=True)
class Measurement:
    """What a text said, in bytes; None where it did not say."""

    source: str
    allocated_bytes: float | None = None
    reserved_bytes: float | None = None
    process_bytes: float | None = None
    card_bytes: float | None = None
    free_bytes: float | None = None
    wanted_bytes: float | None = None

    @property
    def comparable_bytes(self) -> float:
        """What to hold against the estimate: what was in use, and what was asked for on top when memory ran out."""
        used = self.allocated_bytes if self.allocated_bytes is not None else self.process_bytes
        return (used or 0.0) + (self.wanted_bytes or 0.0)

    @property
    def fragmented_bytes(self) -> float:
        """What PyTorch holds but no tensor uses."""
        return max(0.0, (self.reserved_bytes or 0.0) - (self.allocated_bytes or 0.0))

    @property
    def includes_context(self) -> bool:
        """Whether the CUDA context is in it: `nvidia-smi` counts it, PyTorch does not."""
        return self.allocated_bytes is None


def read(text: str) -> Measurement:
    """Find memory figures in `nvidia-smi`'s table, PyTorch's out-of-memory message, or a bare size.

    Raises CannotEstimateError when there is none.
    """
    if not text.strip():
        raise CannotEstimateError("Paste a line of nvidia-smi, an out-of-memory message, or a size such as 21.3 GiB.")
    if len(text) > MAX_TEXT:
        raise CannotEstimateError(f"This is {len(text):,} characters long: paste only the lines about memory.")
    for reader in (_out_of_memory, _nvidia_smi, _torch_number, _bare_size):
        found = reader(text)
        if found is not None:
            if found.comparable_bytes <= 0:
                break
            return found
    raise CannotEstimateError(
        "No memory figure was found: paste a line like “8123MiB / 24564MiB”, PyTorch's out-of-memory message, "
        "or a size such as 21.3 GiB."
    )


def _size(match: re.Match | None, first: int = 1) -> float | None:
    if match is None:
        return None
    try:
        return float(without_commas(match.group(first))) * UNITS[match.group(first + 1).upper()]
    except ValueError:
        return None


def _find(pattern: str, text: str) -> float | None:
    return _size(re.search(pattern, text, re.IGNORECASE))


def _out_of_memory(text: str) -> Measurement | None:
    """PyTorch's message, of 1.x and of 2.x."""
    if "out of memory" not in text.lower():
        return None
    allocated = _find(SIZE + r"\s+is allocated by PyTorch", text) or _find(SIZE + r"\s+already allocated", text)
    unallocated = _find(SIZE + r"\s+is reserved by PyTorch but unallocated", text)
    reserved = _find(SIZE + r"\s+reserved in total by PyTorch", text)
    if reserved is None and allocated is not None and unallocated is not None:
        reserved = allocated + unallocated
    return Measurement(
        "PyTorch's out-of-memory message",
        allocated_bytes=allocated,
        reserved_bytes=reserved,
        process_bytes=_find(SIZE + r"\s+memory in use", text),
        card_bytes=_find(r"total capacity of\s+" + SIZE, text) or _find(SIZE + r"\s+total capacity", text),
        free_bytes=_find(r"of which\s+" + SIZE + r"\s+is free", text) or _find(SIZE + r"\s+free", text),
        wanted_bytes=_find(r"tried to allocate\s+" + SIZE, text),
    )


def _nvidia_smi(text: str) -> Measurement | None:
    rows = re.findall(r"(\d+)\s*MiB\s*/\s*(\d+)\s*MiB", text)
    if not rows:
        return None
    used, whole = max((int(used), int(whole)) for used, whole in rows)
    return Measurement("nvidia-smi", process_bytes=used * MIB, card_bytes=whole * MIB)


def _torch_number(text: str) -> Measurement | None:
    match = re.search(r"(?:max_)?memory_(allocated|reserved)\D{0,12}?([\d_]{7,16})\b(?!\s*[KMG]i?B)", text)
    if match is None:
        return None
    size = float(match.group(2).replace("_", ""))
    if match.group(1) == "allocated":
        return Measurement("torch.cuda.max_memory_allocated", allocated_bytes=size)
    return Measurement("torch.cuda.max_memory_reserved", process_bytes=size)


def _bare_size(text: str) -> Measurement | None:
    size = _find(SIZE, text)
    return None if size is None else Measurement("the size you gave", allocated_bytes=size)
