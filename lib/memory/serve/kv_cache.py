"""The KV cache: keys and values kept for every token already read."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from lib.memory.errors import CannotEstimateError
from lib.memory.model.architecture import Architecture
from lib.memory.terms import Term, latex_bytes, latex_number
from lib.whole_numbers import check_whole

KV_BITS = (32, 16, 8, 4)


@dataclass(frozen=True)
class KVCache:
    """The cache of `sequences` conversations of `tokens` tokens each.

    A layer keeps 2·kv_heads·head_dim numbers a token (Kwon et al. 2023, arXiv 2309.06180, section 3); with latent
    attention kv_rank + rope_dim (DeepSeek-V2, arXiv 2405.04434, section 2.1.3); a sliding-window layer keeps at most
    its window (Mistral 7B, arXiv 2310.06825, section 2). `block_size` 0 keeps exactly the tokens; otherwise each
    sequence is rounded up to whole blocks, as in PagedAttention. Over `gpus` in tensor parallel each holds its share of
    the heads, and at least one.
    """

    architecture: Architecture
    tokens: int
    sequences: int = 1
    bits: int = 16
    block_size: int = 0
    gpus: int = 1
    honours_window: bool = True

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
        return self.architecture.num_hidden_layers - (self.architecture.sliding_layers if self.honours_window else 0)

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

    def term(self) -> Term:
        arch, size = self.architecture, f"{self.bits / 8:g}"
        if arch.latent:
            width, numbers = r"(c + r)", f"({arch.latent.kv_lora_rank} + {arch.latent.qk_rope_head_dim})"
        else:
            width, numbers = r"2 \times g \times d", rf"2 \times {self.heads_per_gpu} \times {arch.head_dim}"
        sliding = arch.num_hidden_layers - self.full_layers
        tokens, layers = r"L \times T", rf"{arch.num_hidden_layers} \times {latex_number(self.kept_tokens)}"
        if sliding:
            tokens = r"(L_\text{full} \times T + L_\text{sliding} \times \min(T, w))"
            layers = (
                rf"({self.full_layers} \times {latex_number(self.kept_tokens)} + "
                rf"{sliding} \times {latex_number(self.windowed_tokens)})"
            )
        return Term(
            "kv_cache",
            "KV cache",
            self.total_bytes,
            rf"{width} \times {tokens} \times n \times \text{{bytes}}",
            rf"{numbers} \times {layers} \times {latex_number(self.sequences)} \times {size} = "
            + latex_bytes(self.total_bytes),
            "Kwon et al. 2023, section 3" if not arch.latent else "DeepSeek-V2 2024, section 2.1.3",
        )


def max_tokens(architecture: Architecture, free_bytes: float, **details: int) -> int:
    """Most tokens a sequence whose cache fits into `free_bytes`; 0 if none, at most 10^9."""
    low, high = 0, 10**9
    while low < high:
        middle = (low + high + 1) // 2
        fits = KVCache(architecture, tokens=middle, **details).total_bytes <= free_bytes
        low, high = (middle, high) if fits else (low, middle - 1)
    return low
