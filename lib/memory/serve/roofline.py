"""How fast decoding can be at most: every new token reads the active weights and the KV cache once."""

from __future__ import annotations

from dataclasses import dataclass

from lib.memory.gpus import Gpu
from lib.memory.model.architecture import Architecture
from lib.memory.model.weights import weights_bytes
from lib.memory.serve.serving import ServingSetup, kv_cache


@dataclass(frozen=True)
class Roofline:
    """An upper bound from memory bandwidth alone (Williams et al. 2009); kernels reach perhaps half to four fifths.

    A step reads `weights_read_bytes` once for the whole batch and `cache_read_bytes` for all its sequences.
    """

    weights_read_bytes: float
    cache_read_bytes: float
    bandwidth_bytes_per_s: float
    sequences: int

    @property
    def steps_per_s(self) -> float:
        return self.bandwidth_bytes_per_s / (self.weights_read_bytes + self.cache_read_bytes)

    @property
    def tokens_per_s(self) -> float:
        """All sequences together."""
        return self.steps_per_s * self.sequences


def decode_roofline(arch: Architecture, setup: ServingSetup, gpu: Gpu) -> Roofline:
    """Bound for one decoding step at the end of the context.

    With experts, a batch of n reads at most min(1, n·active/count) of them; the embedding is a look-up of a few rows.
    """
    stored = weights_bytes(arch, setup.precision)
    looked_up = 0 if arch.tie_word_embeddings else arch.embedding_parameters
    share = (_read_parameters(arch, setup.sequences) - looked_up) / arch.parameters
    return Roofline(
        weights_read_bytes=stored * share / setup.gpus,
        cache_read_bytes=kv_cache(arch, setup.with_(reserve=False)).total_bytes,
        bandwidth_bytes_per_s=gpu.bandwidth_gb_s * 1e9,
        sequences=setup.sequences,
    )


def _read_parameters(arch: Architecture, sequences: int) -> float:
    if not arch.experts:
        return arch.parameters
    routed = arch.parameters - arch.active_parameters
    idle = 1 - arch.experts.num_experts_per_tok / arch.experts.num_experts
    all_experts = routed / idle if idle else 0.0
    used = min(1.0, sequences * arch.experts.num_experts_per_tok / arch.experts.num_experts)
    return arch.parameters - all_experts * (1 - used)
