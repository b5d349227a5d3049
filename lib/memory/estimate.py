"""Serving or training: the estimate of whichever a set-up is of."""

from __future__ import annotations

from lib.memory.gpus import Gpu
from lib.memory.model.architecture import Architecture
from lib.memory.serve.serving import ServingEstimate, serving
from lib.memory.serve.setup import ServingSetup
from lib.memory.setup import Setup
from lib.memory.train.setup import TrainingSetup
from lib.memory.train.training import TrainingEstimate, training

Estimate = ServingEstimate | TrainingEstimate

SETUPS: dict[str, type[Setup]] = {each.job: each for each in (ServingSetup, TrainingSetup)}
ESTIMATES = {"serve": serving, "train": training}


def estimate(arch: Architecture, setup: Setup, gpu: Gpu | None = None) -> Estimate:
    """What one GPU holds at its fullest; with `gpu`'s own CUDA context where that is known."""
    return ESTIMATES[setup.job](arch, setup, gpu.context_mib if gpu else None)
