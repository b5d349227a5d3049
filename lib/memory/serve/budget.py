"""What a server has for its KV cache: the share of a card that it may take, less all that is not cache."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor

from lib.memory.errors import CannotEstimateError
from lib.memory.gpus import Gpu
from lib.memory.serve.kv_cache import KVCache
from lib.memory.serve.serving import ServingEstimate

USUAL_UTILIZATION = 0.9  # vLLM's default


@dataclass(frozen=True)
class CacheBudget:
    """As vLLM counts at its start: total · `utilization` − weights − peak of activations − all outside PyTorch."""

    gpu_bytes: float
    utilization: float
    """vLLM's `gpu_memory_utilization`: the share of the card that the engine may take."""
    weights_bytes: float
    activations_bytes: float
    outside_bytes: float
    """The CUDA context and whatever else is not a tensor (vLLM: `non_torch_memory`)."""

    def __post_init__(self) -> None:
        if not 0 < self.utilization <= 1:
            raise CannotEstimateError(f"utilization = {self.utilization!r} must be above 0 and at most 1.")

    @property
    def allowed_bytes(self) -> float:
        return self.gpu_bytes * self.utilization

    @property
    def cache_bytes(self) -> float:
        """What is left for the cache; 0 where the rest does not fit."""
        return max(0.0, self.allowed_bytes - self.weights_bytes - self.activations_bytes - self.outside_bytes)

    def conversations(self, cache: KVCache) -> int:
        """How many as long as those of `cache` there is room for."""
        return floor(self.cache_bytes / cache.bytes_per_sequence) if cache.bytes_per_sequence else 0

    def longest_tokens(self, cache: KVCache) -> int:
        """Tokens that each of `cache`'s conversations may have; at most as many as the model has positions."""
        return cache.longest_within(self.cache_bytes)


def cache_budget(estimate: ServingEstimate, gpu: Gpu, utilization: float = USUAL_UTILIZATION) -> CacheBudget:
    """What is left for caches on this GPU when `utilization` of its memory may be used, as vLLM counts."""
    return CacheBudget(
        gpu_bytes=gpu.usable_bytes,
        utilization=utilization,
        weights_bytes=estimate.size_of("weights"),
        activations_bytes=estimate.size_of("activations", "logits"),
        outside_bytes=estimate.size_of("overhead"),
    )
