"""Model states under ZeRO: what its paper counts, and what DeepSpeed's own estimator says, beside this calculator."""

from __future__ import annotations

from dataclasses import dataclass

from lib.memory.errors import CannotEstimateError
from lib.memory.model.architecture import Architecture
from lib.memory.train.setup import TrainingSetup
from lib.memory.train.states import training_states
from lib.whole_numbers import check_whole

ADAM_BYTES = 12.0  # K: fp32 master weights and Adam's two states


def zero_bytes_per_gpu(parameters: float, stage: int, gpus: int) -> float:
    """Weights, gradients and states on one GPU in mixed precision: ZeRO (Rajbhandari et al. 2020, figure 1).

    Stage 0 4P + KP, 1 4P + KP/N, 2 2P + (2 + K)P/N, 3 (4 + K)P/N, with K = 12 for Adam.
    """
    check_whole("ZeRO stage", stage, 0, 3, CannotEstimateError)
    check_whole("gpus", gpus, 1, 1_000_000, CannotEstimateError)
    weights = 2 / (gpus if stage >= 3 else 1)
    gradients = 2 / (gpus if stage >= 2 else 1)
    states = ADAM_BYTES / (gpus if stage >= 1 else 1)
    return parameters * (weights + gradients + states)


def deepspeed_bytes_per_gpu(parameters: float, stage: int, gpus: int, largest_layer: float) -> float | None:
    """What DeepSpeed's `estimate_zero2/3_model_states_mem_needs` says without offloading; None below stage 2.

    Stage 2 4P + 16P/N, stage 3 18P/N + 4 · the largest layer (DeepSpeed documentation, "Memory Requirements"): it
    counts fp32 gradients beside the 16-bit ones, which the paper does not.
    """
    if stage == 2:
        return 4 * parameters + 16 * parameters / gpus
    return 18 * parameters / gpus + 4 * largest_layer if stage == 3 else None


@dataclass(frozen=True)
class ShardedStates:
    """Weights, gradients and optimizer states on one GPU, by three counts."""

    stage: int
    here_bytes: float
    paper_bytes: float
    deepspeed_bytes: float | None


def sharded_states(arch: Architecture, setup: TrainingSetup) -> tuple[ShardedStates, ...]:
    """For each stage, over the set-up's GPUs."""
    largest = max(arch.embedding_parameters, *(each.weights for each, _ in arch.all_linears))
    rows = []
    for stage in (0, 1, 2, 3):
        states = training_states(arch, setup.with_(zero_stage=stage))
        rows.append(
            ShardedStates(
                stage,
                states.weights + states.gradients + states.optimizer,
                zero_bytes_per_gpu(arch.parameters, stage, setup.gpus),
                deepspeed_bytes_per_gpu(arch.parameters, stage, setup.gpus, largest),
            )
        )
    return tuple(rows)
