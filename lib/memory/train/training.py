"""The memory of a training run: what stays, what comes and goes, and when it is the most."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from lib.memory.errors import CannotEstimateError
from lib.memory.model.architecture import Architecture
from lib.memory.model.weights import weights_bytes
from lib.memory.overhead import overhead_term
from lib.memory.terms import MadeOfTerms, Term
from lib.memory.train.optimizer import (
    optimizer_bytes,
    step_temporary_bytes,
    trainable_parameters,
)
from lib.memory.train.setup import TrainingSetup
from lib.memory.train.step import Moment, States, step_moments
from lib.memory.train.terms import peak_terms

BUCKET_BYTES = 1e9  # DeepSpeed's default reduce and allgather buckets: 5e8 elements of 2 bytes each


@dataclass(frozen=True)
class TrainingEstimate(MadeOfTerms):
    """A run's memory on one GPU. `terms` are the parts at the fullest moment; they add up to `total_bytes`."""

    architecture: Architecture
    setup: TrainingSetup
    states: States
    first_step: tuple[Moment, ...]
    later_step: tuple[Moment, ...]
    overhead: Term
    terms: tuple[Term, ...]

    @property
    def peak(self) -> Moment:
        """The fullest moment of any step after the first."""
        return max(self.later_step, key=lambda moment: moment.total_bytes)

    @property
    def first_peak(self) -> Moment:
        return max(self.first_step, key=lambda moment: moment.total_bytes)

    @property
    def allocated_bytes(self) -> float:
        """What `torch.cuda.max_memory_allocated` would say: the peak without the CUDA context."""
        return self.peak.total_bytes


@lru_cache(maxsize=512)
def training(architecture: Architecture, setup: TrainingSetup, context_mib: int | None = None) -> TrainingEstimate:
    """Estimate one training run; `context_mib` is the GPU's CUDA context where it is known."""
    if setup.sequence > 4 * architecture.max_position_embeddings:
        raise CannotEstimateError(
            f"sequence = {setup.sequence:,} is far beyond the {architecture.max_position_embeddings:,} tokens that "
            f"{architecture.name} was made for: take at most four times that."
        )
    states = training_states(architecture, setup)
    first = step_moments(architecture, setup, states, step=1)
    later = step_moments(architecture, setup, states, step=2)
    overhead = overhead_term(context_mib, distributed=setup.gpus > 1)
    peak = max(later, key=lambda moment: moment.total_bytes)
    terms = (*peak_terms(architecture, setup, peak, states), overhead)
    return TrainingEstimate(architecture, setup, states, first, later, overhead, terms)


@lru_cache(maxsize=4096)
def training_bytes(architecture: Architecture, setup: TrainingSetup, context_mib: int | None = None) -> float:
    """The total of `training` alone, for questions that ask many set-ups in a row."""
    states = training_states(architecture, setup)
    peak = max(moment.total_bytes for moment in step_moments(architecture, setup, states, step=2))
    return peak + overhead_term(context_mib, distributed=setup.gpus > 1).size_bytes


def training_states(arch: Architecture, setup: TrainingSetup) -> States:
    """Bytes of weights, gradients and optimiser states on one GPU."""
    gpus, stage = setup.gpus, setup.zero_stage
    trainable = trainable_parameters(arch, setup)
    base = base_weights_bytes(arch, setup)
    adapters = 0.0 if setup.trains_base else trainable * setup.adapter_bytes
    grad = trainable * (setup.grad_bytes if setup.trains_base else setup.adapter_bytes)
    return States(
        weights=(base + adapters) / (gpus if stage == 3 else 1),
        gradients=grad / (gpus if stage >= 2 else 1),
        optimizer=optimizer_bytes(arch, setup) / (gpus if stage >= 1 else 1),
        step_temporary=step_temporary_bytes(arch, setup) / (gpus if stage >= 1 else 1),
        gathered=_gathered(arch, setup, grad),
    )


def base_weights_bytes(arch: Architecture, setup: TrainingSetup) -> float:
    if setup.method == "qlora":
        return weights_bytes(arch, "nf4" if setup.double_quant else "fp4", other_bytes=setup.weight_bytes)
    return arch.parameters * setup.weight_bytes


def _gathered(arch: Architecture, setup: TrainingSetup, grad_bytes: float) -> float:
    """Communication: DDP's buckets are a second copy of the gradients; ZeRO has buckets; stage 3 gathers layers."""
    if setup.gpus == 1:
        return 0.0
    if setup.zero_stage == 0:
        return grad_bytes
    buckets = min(BUCKET_BYTES, grad_bytes * setup.gpus) * (1 if setup.zero_stage == 1 else 2)
    if setup.zero_stage < 3:
        return buckets
    per_weight = base_weights_bytes(arch, setup) / arch.parameters
    largest = max(arch.layer_parameters(kind.with_experts) for kind in set(arch.layer_kinds()))
    return buckets + max(2 * largest, arch.embedding_parameters) * per_weight
