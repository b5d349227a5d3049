"""What to look for at each step of the notebook, in figures for the student's own settings."""

from __future__ import annotations

from dataclasses import dataclass

from lib.lesson.unsloth.saving import SPARED, long_reading
from lib.memory import Architecture, TrainingSetup
from lib.memory.train.adapters import adapter_parameters
from lib.memory.train.training import training
from lib.training.out.unsloth import GpuModel
from lib.training.run import FineTuningRun
from lib.units import GIB

MOST_TOKENS = 512
"""`max_length` of the notebook: longer texts are cut."""
NEAR = 0.15
"""Share by which memory may be off: the allocator's blocks, a tokenizer's own tokens, other tensors left in 16 bits."""


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
    """What the notebook should print for this run on this model, by formula."""
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


@dataclass(frozen=True)
class Verdict:
    """How a figure that the notebook printed stands to the formula's."""

    agrees: bool
    words: str


def compare(step: str, printed: float, run: FineTuningRun, model: GpuModel) -> Verdict:
    """What was printed at `step`: parameters at "adapter", GiB at "load" and "train"."""
    figures = expected(run, model)
    if step == "adapter":
        return _compare_trained(int(printed), figures, run)
    if step == "load":
        return _compare_weights(printed * GIB, figures)
    return _compare_peak(printed * GIB, figures)


def _compare_trained(printed: int, figures: Expected, run: FineTuningRun) -> Verdict:
    if printed == figures.trained:
        return Verdict(True, "To the last digit what the formula says: the adapter sits where you wanted it.")
    rank, rest = divmod(printed * run.rank, figures.trained)
    if rest == 0 and rank:
        return Verdict(False, f"That is rank {rank} on the same matrices; your run has rank {run.rank}.")
    return Verdict(
        False, f"The formula says {figures.trained:,}: the adapter sits on other matrices, or on another model."
    )


def _compare_weights(printed: float, figures: Expected) -> Verdict:
    half = 2 * figures.total
    if abs(printed / figures.weights_bytes - 1) <= NEAR:
        return Verdict(True, "About what the formula says: the linear layers are in 4 bits.")
    if printed >= half * (1 - NEAR):
        return Verdict(
            False,
            f"In 16 bits the weights take {half / GIB:.2f} GiB: was load_in_4bit=True lost, or a model loaded twice?",
        )
    which = "more" if printed > figures.weights_bytes else "less"
    return Verdict(
        False,
        f"That is {which} than the {figures.weights_bytes / GIB:.2f} GiB of the formula, by more than {NEAR:.0%}: "
        "another model, or other parts of it left in 16 bits.",
    )


def _compare_peak(printed: float, figures: Expected) -> Verdict:
    if printed < figures.weights_bytes * (1 - NEAR):
        return Verdict(
            False, f"The weights alone take {figures.weights_bytes / GIB:.2f} GiB: was it printed before the training?"
        )
    if printed <= figures.peak_bytes * (1 + NEAR):
        return Verdict(True, "Between the weights alone and the most that the formula allows, as it should be.")
    return Verdict(
        False,
        f"More than {figures.peak_bytes / GIB:.2f} GiB, the most by the formula: is checkpointing on, and does memory "
        "of an earlier model still count? Restart the session and look again.",
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
