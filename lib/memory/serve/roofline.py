"""How fast decoding can be at most: every new token reads the active weights and the KV cache once."""

from __future__ import annotations

from dataclasses import dataclass

from lib.memory.gpus import Gpu
from lib.memory.model.architecture import Architecture
from lib.memory.model.weights import read_weights_bytes
from lib.memory.serve.setup import ServingSetup


@dataclass(frozen=True)
class Roofline:
    """An upper bound from memory bandwidth alone (Williams et al. 2009); kernels reach perhaps half to four fifths.

    A step reads `weights_read_bytes` once for the whole batch and `cache_read_bytes` for all its sequences.
    """

    weights_read_bytes: float
    cache_read_bytes: float
    bandwidth_bytes_per_s: float
    sequences: int
    experts_read_share: float = 1.0
    """Of the routed experts, those that at least one sequence of the batch is expected to choose."""

    @property
    def read_bytes(self) -> float:
        return self.weights_read_bytes + self.cache_read_bytes

    @property
    def steps_per_s(self) -> float:
        return self.bandwidth_bytes_per_s / self.read_bytes

    @property
    def tokens_per_s(self) -> float:
        """All sequences together."""
        return self.steps_per_s * self.sequences


def decode_roofline(arch: Architecture, setup: ServingSetup, gpu: Gpu) -> Roofline:
    """Bound for one decoding step at the end of the context; the embedding is a look-up of a few rows."""
    experts_read = experts_read_share(arch, setup.sequences)
    return Roofline(
        weights_read_bytes=read_weights_bytes(arch, setup.precision, experts_read) / setup.gpus,
        cache_read_bytes=setup.with_(reserve=False).kv_cache(arch).total_bytes,
        bandwidth_bytes_per_s=gpu.bandwidth_gb_s * 1e9,
        sequences=setup.sequences,
        experts_read_share=experts_read,
    )


def experts_read_share(arch: Architecture, sequences: int) -> float:
    """1 − (1 − k/E)ⁿ: an expert is read unless none of n tokens chooses it, each choosing k of E evenly."""
    if not arch.experts:
        return 1.0
    return 1 - (1 - arch.experts.num_experts_per_tok / arch.experts.num_experts) ** sequences
