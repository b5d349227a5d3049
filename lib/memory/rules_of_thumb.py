"""The lecture's two rules of thumb, kept apart from the detailed estimate so that they can be compared."""

from __future__ import annotations

from dataclasses import dataclass

from lib.memory.errors import CannotEstimateError

TRAIN_BYTES = {"weights": 4, "Adam's two states": 8, "gradients": 4, "activations (a placeholder)": 8}


@dataclass(frozen=True)
class TrainingRule:
    """24 bytes a parameter: 4 weights + 8 Adam + 4 gradients + 8 activations, in fp32."""

    parameters: float

    @property
    def total_bytes(self) -> float:
        return self.parameters * sum(TRAIN_BYTES.values())

    @property
    def formula(self) -> str:
        return "P × 24 B"


@dataclass(frozen=True)
class ServingRule:
    """M = (P · 4 bytes) / (32 / Q) · 1.2, with Q bits a weight."""

    parameters: float
    bits: float
    overhead: float = 1.2

    def __post_init__(self) -> None:
        if not 0 < self.bits <= 64:
            raise CannotEstimateError(f"Q = {self.bits!r} bits must be above 0 and at most 64.")

    @property
    def weights_bytes(self) -> float:
        return self.parameters * 4 / (32 / self.bits)

    @property
    def total_bytes(self) -> float:
        return self.weights_bytes * self.overhead

    @property
    def formula(self) -> str:
        return f"(P × 4 B) / (32 / {self.bits:g}) × {self.overhead:g}"
