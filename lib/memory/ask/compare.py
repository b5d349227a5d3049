"""A measurement against the estimate: read what a tool or an error said, and find the assumption that explains it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lib.memory.errors import CannotEstimateError
from lib.memory.model.architecture import Architecture
from lib.memory.serve.serving import ServingSetup, serving
from lib.memory.train.setup import TrainingSetup
from lib.memory.train.training import training
from lib.units import GIB, KIB, MIB

MAX_TEXT = 20_000
UNITS = {"B": 1, "BYTES": 1, "KIB": KIB, "MIB": MIB, "GIB": GIB, "KB": 1e3, "MB": 1e6, "GB": 1e9}
SIZE = r"([\d.,]+)\s*(KiB|MiB|GiB|KB|MB|GB|bytes|B)\b"


@dataclass(frozen=True)
class Measurement:
    """What a text said, in bytes; None where it did not say."""

    source: str
    allocated_bytes: float | None = None
    reserved_bytes: float | None = None
    process_bytes: float | None = None
    total_bytes: float | None = None
    free_bytes: float | None = None
    wanted_bytes: float | None = None

    @property
    def comparable_bytes(self) -> float:
        """What to hold against the estimate: what was in use, and what was asked for on top when memory ran out."""
        used = self.allocated_bytes if self.allocated_bytes is not None else self.process_bytes
        return (used or 0.0) + (self.wanted_bytes or 0.0)

    @property
    def includes_context(self) -> bool:
        """Whether the CUDA context is in it: `nvidia-smi` counts it, PyTorch does not."""
        return self.allocated_bytes is None


@dataclass(frozen=True)
class Suspect:
    """A changed assumption and what the estimate would then be."""

    label: str
    term: str
    estimated_bytes: float
    difference_bytes: float


@dataclass(frozen=True)
class Comparison:
    """Measured against estimated, and what could explain the difference, best first."""

    measurement: Measurement
    measured_bytes: float
    estimated_bytes: float
    suspects: tuple[Suspect, ...]

    @property
    def error(self) -> float:
        """Estimate over measurement, minus one."""
        return self.estimated_bytes / self.measured_bytes - 1


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
        return float(match.group(first).replace(",", "")) * UNITS[match.group(first + 1).upper()]
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
        total_bytes=_find(r"total capacity of\s+" + SIZE, text) or _find(SIZE + r"\s+total capacity", text),
        free_bytes=_find(r"of which\s+" + SIZE + r"\s+is free", text) or _find(SIZE + r"\s+free", text),
        wanted_bytes=_find(r"tried to allocate\s+" + SIZE, text),
    )


def _nvidia_smi(text: str) -> Measurement | None:
    rows = re.findall(r"(\d+)\s*MiB\s*/\s*(\d+)\s*MiB", text)
    if not rows:
        return None
    used, whole = max((int(used), int(whole)) for used, whole in rows)
    return Measurement("nvidia-smi", process_bytes=used * MIB, total_bytes=whole * MIB)


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


def compare(arch: Architecture, setup: ServingSetup | TrainingSetup, measurement: Measurement) -> Comparison:
    """Hold `measurement` against the estimate and against the estimates of near-by assumptions."""
    extra = _total(arch, setup) - _tensors(arch, setup) if measurement.includes_context else 0.0
    measured, ours = measurement.comparable_bytes, _tensors(arch, setup) + extra
    suspects = []
    for label, term, changes in _assumptions(setup):
        try:
            other = _tensors(arch, setup.with_(**changes)) + extra
        except CannotEstimateError:
            continue
        suspects.append(Suspect(label, term, other, other - ours))
    better = [each for each in suspects if abs(each.estimated_bytes - measured) < 0.8 * abs(ours - measured)]
    better.sort(key=lambda each: abs(each.estimated_bytes - measured))
    return Comparison(measurement, measured, ours, tuple(better[:3]))


def _tensors(arch: Architecture, setup: ServingSetup | TrainingSetup) -> float:
    """The estimate without the CUDA context."""
    if isinstance(setup, TrainingSetup):
        return training(arch, setup).allocated_bytes
    estimate = serving(arch, setup)
    return estimate.total_bytes - estimate.term("overhead").size_bytes


def _total(arch: Architecture, setup: ServingSetup | TrainingSetup) -> float:
    return training(arch, setup).total_bytes if isinstance(setup, TrainingSetup) else serving(arch, setup).total_bytes


def _assumptions(setup: ServingSetup | TrainingSetup) -> list[tuple[str, str, dict]]:
    """What commonly is not as one thinks: (what it would mean, which term, the change)."""
    if isinstance(setup, ServingSetup):
        return [
            ("the weights were loaded in fp32", "weights", {"precision": "fp32"}),
            ("the weights were loaded in 16 bits", "weights", {"precision": "bf16"}),
            ("attention ran unfused and stored its scores", "activations", {"attention": "eager"}),
            ("logits were computed for every position", "logits", {"all_logits": True}),
            ("the cache was reserved for the longest context", "kv_cache", {"reserve": True}),
            ("the prompt was read in pieces", "activations", {"prefill": 2048}),
            ("twice as many tokens were in the cache", "kv_cache", {"context": 2 * setup.context}),
        ]
    return [
        ("the weights were loaded in fp32", "weights", {"precision": "fp32"}),
        ("weights and states were all in bf16", "weights", {"precision": "bf16"}),
        ("attention ran unfused and stored its scores", "activations", {"attention": "eager"}),
        ("checkpointing was not in effect", "activations", {"checkpointing": False}),
        ("checkpointing was on", "activations", {"checkpointing": True}),
        ("the logits were kept until the backward pass", "logits", {"keeps_logits": True}),
        ("the optimiser was not the 8-bit one", "optimizer", {"optimizer": "adamw"}),
        ("the optimiser was fused and needed no temporary memory", "temporary", {"optimizer": "adamw_fused"}),
        ("padding doubled the sequences", "activations", {"sequence": 2 * setup.sequence}),
        ("the batch was twice as large", "activations", {"batch": 2 * setup.batch}),
        ("every weight was trained", "gradients", {"method": "full"}),
    ]
