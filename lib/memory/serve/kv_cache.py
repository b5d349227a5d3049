"""The KV cache: keys and values kept for every token already read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil

from lib.memory.arithmetic import Expression, Number, Sum
from lib.memory.errors import CannotEstimateError
from lib.memory.model.architecture import Architecture
from lib.memory.model.inventory.keeps import Keeps
from lib.memory.terms import Term
from lib.whole_numbers import check_whole

CONTEXTS = tuple(256 * 2**step for step in range(10))
KV_BITS = (32, 16, 8, 4)


@dataclass(frozen=True)
class KVCache:
    """The cache of `sequences` conversations of `tokens` tokens each: what the model's layers keep of them.

    A layer with attention keeps 2·kv_heads·head_dim numbers a token (Kwon et al. 2023, arXiv 2309.06180, section 3);
    with latent attention kv_lora_rank + qk_rope_head_dim (DeepSeek-V2, arXiv 2405.04434, section 2.1.3); a window
    keeps at most its tokens (Mistral 7B, arXiv 2310.06825, section 2); a state has one size. An encoder keeps nothing.
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
        for name, least, largest in (
            ("tokens", 0, 10**9),
            ("sequences", 0, 10**7),
            ("block_size", 0, 65_536),
            ("gpus", 1, 65_536),
        ):
            check_whole(name, getattr(self, name), least, largest, CannotEstimateError)
        if self.bits not in KV_BITS:
            allowed = ", ".join(map(str, KV_BITS))
            raise CannotEstimateError(f"bits = {self.bits!r} of the KV cache must be one of {allowed}.")

    @cached_property
    def keeps(self) -> tuple[Keeps, ...]:
        """What the layers keep on one GPU."""
        return tuple(self._on_one_gpu(each) for each in self.architecture.keeps)

    def _on_one_gpu(self, keeps: Keeps) -> Keeps:
        arch, latent = self.architecture, self.architecture.latent
        if keeps.latent and self.expanded:  # a value head is narrower than a key head
            return replace(keeps, numbers_per_token=self.heads_per_gpu * (latent.qk_head_dim + latent.v_head_dim))
        share = 1 if keeps.latent else self.heads_per_gpu / arch.num_key_value_heads
        return replace(
            keeps,
            numbers_per_token=keeps.numbers_per_token * share,
            numbers_past_window=keeps.numbers_past_window * share,
            state_bytes=ceil(keeps.state_bytes / self.gpus),
        )

    @property
    def heads_per_gpu(self) -> int:
        return max(1, ceil(self.architecture.num_key_value_heads / self.gpus))

    @property
    def bytes_per_token(self) -> float:
        """Of a token that every layer still remembers."""
        return (
            sum(each.layers * (each.numbers_per_token + each.numbers_past_window) for each in self.keeps)
            * self.bits
            / 8
        )

    @property
    def state_bytes(self) -> float:
        """Of one conversation, however long it is."""
        return float(sum(each.layers * each.state_bytes for each in self.keeps))

    @property
    def kept_tokens(self) -> int:
        """Tokens of one sequence rounded up to blocks."""
        return ceil(self.tokens / self.block_size) * self.block_size if self.block_size else self.tokens

    @property
    def bytes_per_sequence(self) -> float:
        numbers = sum(each.layers * each.numbers(self.kept_tokens) for each in self.keeps)
        return numbers * self.bits / 8 + self.state_bytes

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
        if arch.is_encoder:
            return Term("kv_cache", "KV cache", 0.0, note="An encoder reads a text at once and keeps no cache.")
        growing = [self._tokens_kept(each) for each in self.keeps if each.numbers_per_token]
        working = None
        if growing:
            working = Sum(tuple(growing)) if len(growing) > 1 else growing[0]
            working = (
                working * Number(self.sequences, "n", "conversations") * Number(self.bits / 8, "b", "bytes per number")
            )
        if self.state_bytes:
            state = Number(self.state_bytes, "S", "bytes of all states, of constant size")
            state = state * Number(self.sequences, "n", "conversations")
            working = state if working is None else working + state
        source = "Kwon et al. 2023, section 3" if not arch.latent else "DeepSeek-V2 2024, section 2.1.3"
        return Term("kv_cache", "KV cache", self.total_bytes, working, self.architecture.keeps_source or source)

    def _tokens_kept(self, keeps: Keeps) -> Expression:
        """Numbers a token and layer, times layers, times tokens."""
        several = len([each for each in self.keeps if each.numbers_per_token]) > 1
        kind = "window" if keeps.window else "full"
        layers = Number(
            keeps.layers,
            f"L_{kind}" if several else "L",
            f"layers with {'a window' if keeps.window else 'full attention'}" if several else "layers",
        )
        tokens = Number(self.kept_tokens, "T", "tokens kept of each conversation")
        if keeps.window:
            tokens = Number(min(self.kept_tokens, keeps.window), "w", "tokens kept of the window")
        kept = self._width(keeps) * layers * tokens
        if keeps.numbers_past_window:
            more = Number(keeps.numbers_past_window, "k", "numbers per token that every such layer keeps beside it")
            kept = kept + more * layers * Number(self.kept_tokens, "T", "tokens kept of each conversation")
        return kept

    def _width(self, keeps: Keeps) -> Expression:
        """Numbers a token in one layer."""
        arch, latent = self.architecture, self.architecture.latent
        if keeps.latent and latent and not self.expanded and keeps.numbers_per_token == latent.cached_width:
            rope = Number(latent.qk_rope_head_dim, "r", "of the key with positions")
            return Number(latent.kv_lora_rank, "c", "numbers of the latent") + rope
        if keeps.numbers_per_token == 2 * self.heads_per_gpu * arch.head_dim:
            heads = Number(self.heads_per_gpu, "g", "key-value heads" + (" on each GPU" if self.gpus > 1 else ""))
            return 2 * heads * Number(arch.head_dim, "d", "numbers per head")
        return Number(keeps.numbers_per_token, "k", "numbers per token in one layer")


def other_ways(cache: KVCache) -> dict[str, KVCache]:
    """The cache as it is, and what it would be if the model attended in another way."""
    arch = cache.architecture
    ways = {f"{arch.name} as it is ({arch.attention_kind})": cache}
    if arch.sliding_layers and arch.keeps_from_shape:
        ways["without its window"] = cache.of(replace(arch, sliding_window=None, sliding_layers=0))
    if any(each.latent for each in arch.keeps) and arch.latent:
        return {**ways, "kept expanded (MHA)": replace(cache, expanded=True)}
    if not arch.keeps_from_shape:
        return ways
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
    growing = [name for name, cache in caches.items() if cache.bytes_per_token]  # a state space keeps a state only
    least = min(growing, key=lambda name: caches[name].bytes_per_token)
    return most, least, caches[most].bytes_per_token / caches[least].bytes_per_token
