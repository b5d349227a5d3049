"""Model states under ZeRO: what its paper counts, and what DeepSpeed's own estimator says."""

from __future__ import annotations

from lib.memory.errors import CannotEstimateError
from lib.whole_numbers import check_whole


def zero_bytes_per_gpu(parameters: float, stage: int, gpus: int, optimizer_bytes: float = 12.0) -> float:
    """Weights, gradients and states on one GPU in mixed precision: ZeRO (Rajbhandari et al. 2020, figure 1).

    Stage 0 4P + KP, 1 4P + KP/N, 2 2P + (2 + K)P/N, 3 (4 + K)P/N, with K = 12 for Adam.
    """
    check_whole("ZeRO stage", stage, 0, 3, CannotEstimateError)
    check_whole("gpus", gpus, 1, 1_000_000, CannotEstimateError)
    weights = 2 / (gpus if stage >= 3 else 1)
    gradients = 2 / (gpus if stage >= 2 else 1)
    states = optimizer_bytes / (gpus if stage >= 1 else 1)
    return parameters * (weights + gradients + states)
