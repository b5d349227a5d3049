"""What is served, and how: everything besides the architecture that decides the memory of a server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, Self, get_args

from lib.memory.errors import CannotEstimateError
from lib.memory.model.architecture import Architecture
from lib.memory.model.weights import precision
from lib.memory.serve.kv_cache import KVCache
from lib.memory.setup import Setup
from lib.whole_numbers import check_whole

Attention = Literal["fused", "eager"]
LIMITS = {"context": (1, 10**9), "sequences": (1, 10**6), "prefill": (0, 10**9), "gpus": (1, 4_096)}


@dataclass(frozen=True)
class ServingSetup(Setup):
    """One server of one model."""

    job: ClassVar[str] = "serve"

    precision: str = "bf16"
    """How the weights are stored: a key of `lib.memory.model.weights.precisions`."""
    context: int = 4_096
    """Tokens of each conversation, prompt and answer together."""
    sequences: int = 1
    """Conversations at once."""
    kv_bits: int = 16
    """Bits of a number in the KV cache."""
    block_size: int = 16
    """Tokens of a page of the KV cache; 0: no pages, exactly the tokens there are."""
    reserve: bool = False
    """Keep each conversation's cache for the longest possible one, as engines did before paging."""
    prefill: int = 0
    """Prompt tokens that go through the model at once; 0: every prompt whole, all conversations together."""
    all_logits: bool = False
    """Logits of every position instead of the last one's."""
    attention: Attention = "fused"
    """`eager` writes the attention scores to memory."""
    gpus: int = 1
    """GPUs, tensor parallel."""
    on_cpu: bool = False
    """The CPU's kernels, which cast where a GPU's don't: for comparison with what was measured there."""

    def __post_init__(self) -> None:
        precision(self.precision)
        for name, (least, largest) in LIMITS.items():
            check_whole(name, getattr(self, name), least, largest, CannotEstimateError)
        if self.attention not in get_args(Attention):
            raise CannotEstimateError(
                f"attention = {self.attention!r} must be one of {', '.join(get_args(Attention))}."
            )

    def with_tokens(self, tokens: int) -> Self:
        return self.with_(context=tokens)

    def with_sequences(self, count: int) -> Self:
        return self.with_(sequences=count)

    def over_gpus(self, count: int) -> Self:
        return self.with_(gpus=count)

    @property
    def prefill_tokens(self) -> int:
        """Tokens in the largest forward pass."""
        whole = self.context * self.sequences
        return min(whole, self.prefill) if self.prefill else whole

    def kv_cache(self, arch: Architecture) -> KVCache:
        longest = max(arch.max_position_embeddings, self.context)
        return KVCache(
            arch,
            tokens=longest if self.reserve else self.context,
            sequences=self.sequences,
            bits=self.kv_bits,
            block_size=0 if self.reserve else self.block_size,
            gpus=self.gpus,
        )
