"""The lecture's two rules of thumb, kept apart from the detailed estimate so that they can be compared."""

from __future__ import annotations

from dataclasses import dataclass

from lib.memory.errors import CannotEstimateError

STORE_BYTES = 4  # fp32
TRAIN_BYTES = {"weights": 4, "Adam's two states": 8, "gradients": 4, "activations (a placeholder)": 8}


@dataclass(frozen=True)
class TrainingRule:
    """24 bytes a parameter: 4 weights + 8 Adam + 4 gradients + 8 activations, in fp32."""

    parameters: float

    @property
    def store_bytes(self) -> float:
        return self.parameters * STORE_BYTES

    @property
    def train_bytes(self) -> float:
        return self.parameters * sum(TRAIN_BYTES.values())


@dataclass(frozen=True)
class ServingRule:
    """M = (P · 4 bytes) / (32 / Q) · 1.2, with Q bits a weight."""

    parameters: float
    bits: float
    overhead: float = 1.2

    def __post_init__(self) -> None:
        if not 0 < self.bits <= 64:
            raise CannotEstimateError(f"Q = {self.bits!r} bits must lie above 0 and at most at 64.")

    @property
    def weights_bytes(self) -> float:
        return self.parameters * 4 / (32 / self.bits)

    @property
    def total_bytes(self) -> float:
        return self.weights_bytes * self.overhead


def zero_bytes_per_gpu(parameters: float, stage: int, gpus: int, optimizer_bytes: float = 12.0) -> float:
    """Weights, gradients and states on one GPU in mixed precision: ZeRO (Rajbhandari et al. 2020, figure 1).

    Stage 0 4P + KP, 1 4P + KP/N, 2 2P + (2 + K)P/N, 3 (4 + K)P/N, with K = 12 for Adam.
    """
    if stage not in (0, 1, 2, 3):
        raise CannotEstimateError(f"ZeRO stage {stage!r} must be 0, 1, 2 or 3.")
    if gpus < 1:
        raise CannotEstimateError(f"gpus = {gpus!r} must be at least 1.")
    weights = 2 / (gpus if stage >= 3 else 1)
    gradients = 2 / (gpus if stage >= 2 else 1)
    states = optimizer_bytes / (gpus if stage >= 1 else 1)
    return parameters * (weights + gradients + states)
