"""Where and with what something was measured. Imports torch: for workers."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

import torch

from lib.models.device import this_machine
from lib.quant.measure.run import Conditions


def conditions(device: torch.device) -> Conditions:
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else this_machine().processor
    packages = ("torch", "transformers", "bitsandbytes")
    versions = [f"{package} {_version(package)}" for package in packages]
    return Conditions(name, torch.get_num_threads(), datetime.now(UTC).strftime("%Y-%m-%d"), ", ".join(versions))


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
