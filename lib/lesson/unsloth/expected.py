"""What to look for at each step of the notebook, in figures for the student's own settings."""

from __future__ import annotations

from dataclasses import dataclass

from lib.lesson.unsloth.saving import SPARED, long_reading
from lib.memory import Architecture, TrainingSetup
from lib.memory.train.adapters import adapter_parameters
from lib.memory.train.training import training
from lib.training.out.unsloth import GpuModel
from lib.training.run import FineTuningRun

MOST_TOKENS = 512
"""`max_length` of the notebook: longer texts are cut."""


@dataclass(frozen=True)
class Expected:
    """Figures that can be compared with what the notebook prints."""

    weights_bytes: float
    """Of the model in 4 bits, before the adapter: linear layers in nf4, the rest in 16 bits."""
    trained: int
    """Parameters of the adapter, exactly."""
    total: int
    """Parameters of the model without it."""
    peak_bytes: float
    """What tensors take at most, if every text had MOST_TOKENS tokens."""
    file_bytes: int
    """Of the adapter in 16 bits, before packing."""
    passes: float
    """How often every text is seen."""


def expected(run: FineTuningRun, model: GpuModel) -> Expected:
    arch = long_reading(model.architecture)
    trained = trained_parameters(arch, run)
    setup = SPARED.with_(rank=run.rank, batch=run.batch_size, sequence=MOST_TOKENS, optimizer="adamw_8bit")
    made = training(arch, setup)
    return Expected(
        weights_bytes=made.size_of("weights") - _adapters(made.architecture, setup),
        trained=trained,
        total=arch.parameters,
        peak_bytes=made.allocated_bytes,
        file_bytes=2 * trained,
        passes=run.steps * run.batch_size / max(1, len(run.data.training)),
    )


def trained_parameters(arch: Architecture, run: FineTuningRun) -> int:
    """r · (inputs + outputs) for each matrix that the run names, in every layer (Hu et al. 2021, section 4.1)."""
    return sum(
        run.rank * (each.inputs + each.outputs) * layers
        for each, layers in arch.all_linears
        if each.name in run.target_modules
    )


def _adapters(arch: Architecture, setup: TrainingSetup) -> float:
    """Bytes of the adapters on all matrices, which the calculator counts among the weights."""
    return adapter_parameters(arch, setup.rank, setup.targets) * setup.adapter_bytes
