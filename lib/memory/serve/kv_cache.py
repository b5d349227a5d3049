"""The KV cache: keys and values kept for every token already read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import ceil

from lib.memory.arithmetic import Number
from lib.memory.errors import CannotEstimateError
from lib.memory.model.architecture import Architecture
from lib.memory.terms import Term
from lib.whole_numbers import check_whole

CONTEXTS = tuple(256 * 2**step for step in range(10))
KV_BITS = (32, 16, 8, 4)


@dataclass(frozen=True)
class KVCache:
    """The cache of `sequences` conversations of `tokens` tokens each.

    A layer keeps 2·kv_heads·head_dim numbers a token (Kwon et al. 2023, arXiv 2309.06180, section 3); with latent
    attention kv_lora_rank + qk_rope_head_dim (DeepSeek-V2, arXiv 2405.04434, section 2.1.3); a sliding-window layer
    keeps at most its window (Mistral 7B, arXiv 2310.06825, section 2).
    """

    architecture: Architecture
    tokens: int
    sequences: int = 1
    bits: int = 16
    block_size: int = 0
    """Each sequence is rounded up to whole blocks of so many tokens (PagedAttention); 0 keeps exactly the tokens."""
    gpus: int = 1
    """Tensor parallel: each GPU holds its share of the heads, and at least one; a latent is on every one."""
    expanded: bool = False
    """Latent attention's keys and values are kept for every head instead of the latent they come from."""

    def __post_init__(self) -> None:
        if self.architecture.family == "bert":
            raise CannotEstimateError(f"{self.architecture.name} is an encoder and keeps no KV cache: pick a decoder.")
        for name, least, largest in (
            ("tokens", 0, 10**9),
            ("sequences", 0, 10**7),
            ("block_size", 0, 65_536),
            ("gpus", 1, 65_536),
        ):
            check_whole(name, getattr(self, name), least, largest, CannotEstimateError)
        if self.bits not in KV_BITS:
            raise CannotEstimateError(f"bits = {self.bits!r} of the KV cache must be one of {KV_BITS}.")

    @property
    def numbers_per_token_and_layer(self) -> int:
        latent = self.architecture.latent
        if latent and self.expanded:  # a value head is narrower than a key head
            return self.heads_per_gpu * (latent.qk_head_dim + latent.v_head_dim)
        if latent:
            return latent.kv_lora_rank + latent.qk_rope_head_dim
        return 2 * self.heads_per_gpu * self.architecture.head_dim

    @property
    def heads_per_gpu(self) -> int:
        return max(1, ceil(self.architecture.num_key_value_heads / self.gpus))

    @property
    def bytes_per_token(self) -> float:
        """Of a token that every layer still remembers."""
        return self.architecture.num_hidden_layers * self.numbers_per_token_and_layer * self.bits / 8

    @property
    def full_layers(self) -> int:
        return self.architecture.num_hidden_layers - self.architecture.sliding_layers

    @property
    def kept_tokens(self) -> int:
        """Tokens of one sequence rounded up to blocks."""
        return ceil(self.tokens / self.block_size) * self.block_size if self.block_size else self.tokens

    @property
    def windowed_tokens(self) -> int:
        """Tokens a sliding-window layer keeps."""
        window = self.architecture.sliding_window
        return min(self.kept_tokens, window) if window else self.kept_tokens

    @property
    def bytes_per_sequence(self) -> float:
        sliding = self.architecture.num_hidden_layers - self.full_layers
        token_layers = self.full_layers * self.kept_tokens + sliding * self.windowed_tokens
        return token_layers * self.numbers_per_token_and_layer * self.bits / 8

    @property
    def total_bytes(self) -> float:
        return self.bytes_per_sequence * self.sequences

    def of(self, architecture: Architecture) -> KVCache:
        """The cache of another model, the rest as it is."""
        return replace(self, architecture=architecture)

    def of_tokens(self, tokens: int) -> KVCache:
        return replace(self, tokens=tokens)

    def longest_within(self, free_bytes: float) -> int:
        """Most tokens a conversation may have for all to fit into `free_bytes`; at most as many as the model has."""
        low, high = 0, self.architecture.max_position_embeddings
        while low < high:
            middle = (low + high + 1) // 2
            fits = self.of_tokens(middle).total_bytes <= free_bytes
            low, high = (middle, high) if fits else (low, middle - 1)
        return low

    def term(self) -> Term:
        arch = self.architecture
        if arch.latent:
            latent = Number(arch.latent.kv_lora_rank, "c", "numbers of the latent")
            width = latent + Number(arch.latent.qk_rope_head_dim, "r", "of the key with positions")
        else:
            heads = Number(self.heads_per_gpu, "g", "key-value heads" + (" on each GPU" if self.gpus > 1 else ""))
            width = 2 * heads * Number(arch.head_dim, "d", "numbers per head")
        kept = Number(self.kept_tokens, "T", "tokens kept of each conversation")
        sliding = arch.num_hidden_layers - self.full_layers
        if sliding:
            windowed = Number(self.windowed_tokens, "w", "tokens kept of the window")
            tokens = Number(self.full_layers, "L_full", "layers with full attention") * kept + (
                Number(sliding, "L_sliding", "layers with a window") * windowed
            )
        else:
            tokens = Number(arch.num_hidden_layers, "L", "layers") * kept
        conversations = Number(self.sequences, "n", "conversations")
        return Term(
            "kv_cache",
            "KV cache",
            self.total_bytes,
            width * tokens * conversations * Number(self.bits / 8, "b", "bytes per number"),
            "Kwon et al. 2023, section 3" if not arch.latent else "DeepSeek-V2 2024, section 2.1.3",
        )


def other_ways(cache: KVCache) -> dict[str, KVCache]:
    """The cache as it is, and what it would be if the model attended in another way."""
    arch = cache.architecture
    ways = {f"{arch.name} as it is ({arch.attention_kind})": cache}
    if arch.sliding_layers:
        ways["without its window"] = cache.of(replace(arch, sliding_window=None, sliding_layers=0))
    if arch.latent:
        return {**ways, "kept expanded (MHA)": replace(cache, expanded=True)}
    if arch.num_key_value_heads < arch.num_attention_heads:
        every = replace(arch, num_key_value_heads=arch.num_attention_heads)
        ways["with a KV head for each query head (MHA)"] = cache.of(every)
    if arch.num_key_value_heads > 1:
        ways["with one KV head (MQA)"] = cache.of(replace(arch, num_key_value_heads=1))
    return ways


def by_context(cache: KVCache) -> tuple[tuple[int, float], ...]:
    """The cache's size at each of a row of contexts: (tokens, bytes)."""
    return tuple((tokens, cache.of_tokens(tokens).total_bytes) for tokens in CONTEXTS)


def most_and_least(caches: Mapping[str, KVCache]) -> tuple[str, str, float]:
    """Which of the named caches keeps most and least a token, and how many times as much."""
    most = max(caches, key=lambda name: caches[name].bytes_per_token)
    least = min(caches, key=lambda name: caches[name].bytes_per_token)
    return most, least, caches[most].bytes_per_token / caches[least].bytes_per_token
