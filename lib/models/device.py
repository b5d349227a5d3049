"""What this machine is: processor, memory, GPUs, which precisions run on it, and what of it a process has. No torch."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psutil

from lib.units import MIB


@dataclass(frozen=True)
class Gpu:
    name: str
    total_bytes: int
    free_bytes: int


@dataclass(frozen=True)
class Machine:
    processor: str
    cores: int
    memory_bytes: int
    gpus: tuple[Gpu, ...]


@dataclass(frozen=True)
class PrecisionHere:
    """Whether a precision can be used on this machine, and what to expect or what is missing."""

    name: str
    available: bool
    note: str


@cache
def this_machine() -> Machine:
    """Facts that do not change while the app runs, and the GPUs as they were at the first call."""
    return Machine(_processor(), psutil.cpu_count() or 1, psutil.virtual_memory().total, _gpus())


def computes_on() -> tuple[str, int]:
    """(Name, bytes of memory) of what this process computes on: its machine, or the card of it that it sees first. All
    processes that share the memory have the same name, also in containers, which differ in name and address."""
    machine, card = this_machine(), os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0]
    if not machine.gpus or not card:
        return _kernel(), machine.memory_bytes
    gpu = machine.gpus[int(card) if card.isdecimal() and int(card) < len(machine.gpus) else 0]
    return f"{_kernel()} {card}", gpu.total_bytes


@cache
def instructions() -> frozenset[str]:
    """What the processor can do, by Linux's names for it, such as "avx512f"; nothing on another system."""
    return frozenset(flag for line in _cpuinfo() if line.startswith(("flags", "Features")) for flag in line.split())


def precisions_here(machine: Machine) -> tuple[PrecisionHere, ...]:
    """Every precision of the lesson, on this machine."""
    quantizer = importlib.util.find_spec("bitsandbytes") is not None
    on_gpu = bool(machine.gpus)
    missing = "needs the package bitsandbytes, which is not installed"
    return (
        PrecisionHere("fp32", True, "4 bytes per weight"),
        PrecisionHere("bf16", True, "2 bytes per weight, the range of fp32"),
        PrecisionHere("fp16", True, "2 bytes per weight" + ("" if on_gpu else "; a CPU reads prompts slowly in it")),
        PrecisionHere("int8", quantizer, "1 byte per weight" if quantizer else missing),
        PrecisionHere("fp4, nf4", quantizer, "about half a byte per weight" if quantizer else missing),
    )


@cache
def _kernel() -> str:
    """A name of the running system that no other has: containers on one machine run on one kernel."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
    except OSError:
        return platform.node()


def _processor() -> str:
    names = [line.split(":", 1)[1].strip() for line in _cpuinfo() if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _cpuinfo() -> list[str]:
    """What Linux tells of each core; nothing on another system."""
    try:
        return Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def _gpus() -> tuple[Gpu, ...]:
    command = shutil.which("nvidia-smi")
    if command is None:
        return ()
    query = [command, "--query-gpu=name,memory.total,memory.free", "--format=csv,noheader,nounits"]
    try:
        printed = subprocess.run(query, capture_output=True, text=True, timeout=5, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return ()
    rows = [[field.strip() for field in line.split(",")] for line in printed.splitlines() if line.count(",") == 2]
    return tuple(Gpu(name, int(total) * MIB, int(free) * MIB) for name, total, free in rows if total.isdigit())
