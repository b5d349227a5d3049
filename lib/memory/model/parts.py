"""The pieces an architecture is made of: matrices, latent attention, experts, kinds of layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lib.memory.errors import CannotEstimateError
from lib.whole_numbers import check_whole

LARGEST = {  # beyond any model that exists: catches a slipped digit before it becomes a silly answer
    "num_hidden_layers": 4_096,
    "hidden_size": 1_048_576,
    "num_attention_heads": 16_384,
    "num_key_value_heads": 16_384,
    "head_dim": 16_384,
    "intermediate_size": 4_194_304,
    "vocab_size": 16_777_216,
    "max_position_embeddings": 1_000_000_000,
}


@dataclass(frozen=True)
class LatentAttention:
    """Multi-head latent attention (DeepSeek-V2, arXiv 2405.04434, section 2.1): keys and values share a latent."""

    kv_lora_rank: int
    """c: width of the latent that keys and values are made from, which is cached in their place."""
    q_lora_rank: int | None
    """Width of the queries' latent; None where queries come from h directly (V2-Lite)."""
    qk_rope_head_dim: int
    """r: the part of a query or key head that carries position; one such key, cached, serves all heads."""
    qk_nope_head_dim: int
    """n: the part of a query or key head without position."""
    v_head_dim: int
    """v: width of a value head, smaller than a key's n + r."""

    def __post_init__(self) -> None:
        for name in ("kv_lora_rank", "qk_rope_head_dim", "qk_nope_head_dim", "v_head_dim"):
            check_whole(name, getattr(self, name), 1, LARGEST["hidden_size"], CannotEstimateError)

    @property
    def cached_width(self) -> int:
        """c + r: numbers of a token that are cached."""
        return self.kv_lora_rank + self.qk_rope_head_dim

    @property
    def qk_head_dim(self) -> int:
        """Width of one query or key head: the part with position and the part without."""
        return self.qk_rope_head_dim + self.qk_nope_head_dim


@dataclass(frozen=True)
class Experts:
    """A mixture of experts in the MLP: a few of them compute for a token, all of them are in memory."""

    num_experts: int
    """E: routed experts of a layer."""
    num_experts_per_tok: int
    """k: routed experts that compute for one token."""
    moe_intermediate_size: int
    """e: width inside one expert."""
    shared_expert_intermediate_size: int = 0
    """Width inside the shared experts together, which compute for every token; 0 where there are none."""
    shared_gate: bool = False
    """A learnt gate weighs the shared experts' output (Qwen2-MoE)."""
    first_k_dense_replace: int = 0
    """Layers, from the first, that have a dense MLP instead (DeepSeek)."""
    router_bias: bool = False
    """The router has a bias (gpt-oss)."""
    expert_bias: bool = False
    """The experts' matrices have biases (gpt-oss)."""
    router: Literal["softmax_all", "topk_first", "sigmoid_groups"] = "softmax_all"
    """How experts are chosen, which decides what is kept: probabilities of all, of the chosen only, or in fp32."""

    def __post_init__(self) -> None:
        check_whole("num_experts", self.num_experts, 1, 65_536, CannotEstimateError)
        check_whole("num_experts_per_tok", self.num_experts_per_tok, 1, 65_536, CannotEstimateError)
        widest = LARGEST["intermediate_size"]
        check_whole("moe_intermediate_size", self.moe_intermediate_size, 1, widest, CannotEstimateError)
        if self.num_experts_per_tok > self.num_experts:
            raise CannotEstimateError(
                f"{self.num_experts_per_tok} active experts are more than the {self.num_experts} there are: "
                "num_experts_per_tok must be at most the number of experts."
            )


@dataclass(frozen=True)
class Linear:
    """One weight matrix of a layer, `inputs` → `outputs`; what quantization and LoRA act on."""

    name: str
    inputs: int
    outputs: int
    bias: bool = False
    kind: Literal["attention", "mlp", "expert", "router"] = "attention"
    copies: int = 1

    @property
    def weights(self) -> int:
        return self.inputs * self.outputs * self.copies

    @property
    def biases(self) -> int:
        return self.outputs * self.copies if self.bias else 0


@dataclass(frozen=True)
class LayerKind:
    """Which of the architecture's layers: with experts or dense, with a sliding window or full attention."""

    with_experts: bool
    sliding: bool
