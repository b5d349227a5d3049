"""In what precision a pass runs, and which weights it trains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FP32, HALF = 4.0, 2.0
INDEX = 8.0  # torch.int64


@dataclass(frozen=True)
class Numerics:
    """In what precision a pass runs, and which weights it trains.

    `residual_bytes`: the stream between layers. `compute_bytes`: what matrix products take and give; smaller than
    `residual_bytes` under autocast, which then also keeps a copy of every weight it has cast.
    `padded`: attention gets a mask. `fresh_grads`: weight gradients made in this pass stay after it.
    """

    residual_bytes: float = HALF
    compute_bytes: float = HALF
    grad_bytes: float = HALF
    weight_bytes: float = HALF
    trains_base: bool = True
    adapter_rank: int = 0
    adapter_targets: frozenset[str] = frozenset()
    adapter_bytes: float = FP32
    adapter_dropout: bool = False
    dequantizes: bool = False
    attention: Literal["fused", "eager"] = "fused"
    padded: bool = False
    fresh_grads: bool = True
    on_cpu: bool = False

    @property
    def autocast(self) -> bool:
        return self.compute_bytes < self.residual_bytes

    @property
    def casts_weights(self) -> bool:
        """Autocast keeps a 16-bit copy of every 32-bit weight that a matrix product used."""
        return self.autocast and self.weight_bytes > self.compute_bytes
