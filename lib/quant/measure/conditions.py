"""Where and with what something was measured. Imports torch: for workers."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

import torch

from lib.models.device import this_machine
from lib.quant.measure.run import Conditions


def conditions(device: torch.device) -> Conditions:
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else with_instructions(this_machine().processor)
    packages = ("torch", "transformers", "bitsandbytes")
    versions = [f"{package} {_version(package)}" for package in packages]
    return Conditions(name, torch.get_num_threads(), datetime.now(UTC).strftime("%Y-%m-%d"), ", ".join(versions))


def with_instructions(processor: str) -> str:
    """A processor and the widest instructions that PyTorch uses on it: those of one name differ by them, and so do
    speeds."""
    widest = torch.backends.cpu.get_cpu_capability().replace("AVX5", "AVX-5")
    return f"{processor} with {widest}" if widest.startswith("AVX") else processor


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
