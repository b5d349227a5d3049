"""The pieces an architecture is made of: matrices, latent attention, experts, kinds of layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lib.memory.errors import CannotEstimateError

LARGEST = {  # beyond any model that exists: catches a slipped digit before it becomes a silly answer
    "layers": 4_096,
    "hidden": 1_048_576,
    "heads": 16_384,
    "kv_heads": 16_384,
    "head_dim": 16_384,
    "mlp_width": 4_194_304,
    "vocab": 16_777_216,
    "max_context": 1_000_000_000,
}


@dataclass(frozen=True)
class LatentAttention:
    """Multi-head latent attention (DeepSeek-V2, arXiv 2405.04434, section 2.1): keys and values share a latent."""

    kv_rank: int
    query_rank: int | None
    rope_dim: int
    nope_dim: int
    value_dim: int

    @property
    def query_dim(self) -> int:
        """Width of one query or key head: the part with position and the part without."""
        return self.rope_dim + self.nope_dim


@dataclass(frozen=True)
class Experts:
    """A mixture of experts in the MLP: `active` of `count` compute for a token, all `count` are resident."""

    count: int
    active: int
    width: int
    shared_width: int = 0
    shared_gate: bool = False
    dense_layers: int = 0
    router_bias: bool = False
    expert_bias: bool = False
    router: Literal["softmax_all", "topk_first", "sigmoid_groups"] = "softmax_all"


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


def check_count(name: str, value: object, largest: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise CannotEstimateError(f"{name} = {value!r} must be a whole number.")
    if not 1 <= value <= largest:
        raise CannotEstimateError(f"{name} = {value:,} must lie between 1 and {largest:,}.")


def check_experts(experts: Experts, layers: int) -> None:
    check_count("number of experts", experts.count, 65_536)
    check_count("active experts", experts.active, 65_536)
    check_count("expert width", experts.width, LARGEST["mlp_width"])
    if experts.active > experts.count:
        raise CannotEstimateError(
            f"{experts.active} active experts are more than the {experts.count} there are: "
            "active experts must be at most the number of experts."
        )
    if not 0 <= experts.dense_layers <= layers:
        raise CannotEstimateError(f"dense layers = {experts.dense_layers} must lie between 0 and layers = {layers}.")
