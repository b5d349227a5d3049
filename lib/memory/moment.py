"""What is in memory at one moment of a request or of a training step."""

from __future__ import annotations

from dataclasses import dataclass

PARTS = ("weights", "kv_cache", "optimizer", "gradients", "activations", "logits", "temporary")


@dataclass(frozen=True)
class Moment:
    """Bytes of tensors on one GPU, part by part; the CUDA context is not in it."""

    label: str
    phase: str
    weights: float = 0.0
    kv_cache: float = 0.0
    optimizer: float = 0.0
    gradients: float = 0.0
    activations: float = 0.0
    logits: float = 0.0
    temporary: float = 0.0

    @property
    def allocated_bytes(self) -> float:
        # Written out: one moved slider asks some 500 times, and a loop over PARTS takes several times as long.
        return (
            self.weights
            + self.kv_cache
            + self.optimizer
            + self.gradients
            + self.activations
            + self.logits
            + self.temporary
        )
