"""What a language model is made of, and how many parameters that is, exactly.

Everything the calculator knows about a model is one `Architecture`. Parameter counts are computed from its
shapes, never stored, so that a count and a shape cannot disagree; tests compare them with the same
models built by `transformers` on the meta device.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Literal

from lib.memory.errors import CannotEstimateError
from lib.memory.model.parts import LARGEST, Experts, LatentAttention, LayerKind, Linear, check_count, check_experts

Norm = Literal["rms", "layer"]
QkNorm = Literal["", "head", "full", "shared"]


@dataclass(frozen=True)
class Architecture:
    """A decoder (or, for BERT, encoder) transformer, as its `config.json` describes it.

    Sizes are counts of numbers: `hidden` h, `heads` a, `kv_heads` and `head_dim` d, `mlp_width` i, `vocab` V,
    `layers` L, `max_context` tokens.
    """

    name: str
    family: str
    layers: int
    hidden: int
    heads: int
    kv_heads: int
    head_dim: int
    mlp_width: int
    vocab: int
    max_context: int
    tied_embeddings: bool = False
    gated_mlp: bool = True
    activation: Literal["silu", "gelu", "gelu_unfused", "relu"] = "silu"
    norm: Norm = "rms"
    norm_bias: bool = False
    norm_scale: bool = True
    norm_in_fp32: bool = False
    block_norms: int = 2
    final_norm: bool = True
    embedding_norm: bool = False
    qk_norm: QkNorm = ""
    qkv_bias: bool = False
    output_bias: bool = False
    mlp_bias: bool = False
    head_bias: bool = False
    fused_qkv: bool = False
    fused_gate_up: bool = False
    parallel_block: bool = False
    sinks: bool = False
    softcap: bool = False
    dropout: bool = False
    softmax_fp32: bool = True
    rope: Literal["plain", "joined", "none"] = "plain"
    learned_positions: int = 0
    embedding_width: int = 0
    other_parameters: int = 0
    sliding_window: int | None = None
    sliding_layers: int = 0
    latent: LatentAttention | None = None
    experts: Experts | None = None
    source: str = "entered by hand"
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for field in fields(self):
            if field.name in LARGEST:
                check_count(field.name, getattr(self, field.name), LARGEST[field.name])
        if self.heads % self.kv_heads:
            raise CannotEstimateError(
                f"kv_heads = {self.kv_heads} does not divide heads = {self.heads}: every key-value head must serve "
                f"the same number of query heads."
            )
        if self.sliding_window is not None:
            check_count("sliding_window", self.sliding_window, LARGEST["max_context"])
        if not 0 <= self.sliding_layers <= self.layers:
            raise CannotEstimateError(
                f"sliding_layers = {self.sliding_layers} must lie between 0 and layers = {self.layers}."
            )
        if self.experts is not None:
            check_experts(self.experts, self.layers)
        if self.latent is not None:
            for name in ("kv_rank", "rope_dim", "nope_dim", "value_dim"):
                check_count(name, getattr(self.latent, name), LARGEST["hidden"])

    # Widths -------------------------------------------------------------------------------------

    @property
    def query_width(self) -> int:
        """q: width of all queries together."""
        return self.heads * (self.latent.query_dim if self.latent else self.head_dim)

    @property
    def kv_width(self) -> int:
        """k: width of all keys (or values) together."""
        return self.kv_heads * self.head_dim

    @property
    def attention_kind(self) -> str:
        """MHA, GQA, MQA or MLA, as the field calls them."""
        if self.latent:
            return "MLA"
        if self.kv_heads == self.heads:
            return "MHA"
        return "MQA" if self.kv_heads == 1 else "GQA"

    @property
    def expert_layers(self) -> int:
        return self.layers - self.experts.dense_layers if self.experts else 0

    # Matrices -----------------------------------------------------------------------------------

    def attention_linears(self) -> tuple[Linear, ...]:
        h, q, k = self.hidden, self.query_width, self.kv_width
        if self.latent:
            return self._latent_linears()
        if self.fused_qkv:
            projections = (Linear("qkv_proj", h, q + 2 * k, self.qkv_bias),)
        else:
            projections = (
                Linear("q_proj", h, q, self.qkv_bias),
                Linear("k_proj", h, k, self.qkv_bias),
                Linear("v_proj", h, k, self.qkv_bias),
            )
        return (*projections, Linear("o_proj", q, h, self.output_bias))

    def _latent_linears(self) -> tuple[Linear, ...]:
        latent, h = self.latent, self.hidden
        if latent.query_rank:
            query = (
                Linear("q_a_proj", h, latent.query_rank, self.qkv_bias),
                Linear("q_b_proj", latent.query_rank, self.query_width),
            )
        else:
            query = (Linear("q_proj", h, self.query_width),)
        return (
            *query,
            Linear("kv_a_proj_with_mqa", h, latent.kv_rank + latent.rope_dim, self.qkv_bias),
            Linear("kv_b_proj", latent.kv_rank, self.heads * (latent.nope_dim + latent.value_dim)),
            Linear("o_proj", self.heads * latent.value_dim, h, self.output_bias),
        )

    def mlp_linears(self, width: int | None = None) -> tuple[Linear, ...]:
        """The dense MLP (of a layer without experts), or a shared expert of `width`."""
        h, i = self.hidden, width or self.mlp_width
        if not self.gated_mlp:
            return (Linear("up_proj", h, i, self.mlp_bias, "mlp"), Linear("down_proj", i, h, self.mlp_bias, "mlp"))
        down = Linear("down_proj", i, h, self.mlp_bias, "mlp")
        if self.fused_gate_up:
            return (Linear("gate_up_proj", h, 2 * i, self.mlp_bias, "mlp"), down)
        return (
            Linear("gate_proj", h, i, self.mlp_bias, "mlp"),
            Linear("up_proj", h, i, self.mlp_bias, "mlp"),
            down,
        )

    def expert_linears(self) -> tuple[Linear, ...]:
        """Router, routed experts and shared experts of one layer with experts."""
        experts, h = self.experts, self.hidden
        routed = (
            Linear("router", h, experts.count, experts.router_bias, "router"),
            Linear("experts.gate_up_proj", h, 2 * experts.width, experts.expert_bias, "expert", experts.count),
            Linear("experts.down_proj", experts.width, h, experts.expert_bias, "expert", experts.count),
        )
        shared = self.mlp_linears(experts.shared_width) if experts.shared_width else ()
        gate = (Linear("shared_expert_gate", h, 1, False, "router"),) if experts.shared_gate else ()
        return (*routed, *shared, *gate)

    # Parameters ---------------------------------------------------------------------------------

    @property
    def norm_parameters(self) -> int:
        """Parameters of one norm over the hidden width."""
        return self.hidden * (int(self.norm_scale) + int(self.norm_bias))

    @property
    def qk_norm_parameters(self) -> int:
        if self.latent:
            return self.latent.kv_rank + (self.latent.query_rank or 0)
        return {
            "": 0,
            "head": 2 * self.head_dim,
            "full": self.query_width + self.kv_width,
            "shared": self.query_width + self.kv_width,
        }[self.qk_norm]

    @property
    def attention_parameters(self) -> int:
        """One layer's attention, its query and key norms and sinks included."""
        matrices = _total(self.attention_linears())
        return matrices + self.qk_norm_parameters + (self.heads if self.sinks else 0)

    def layer_parameters(self, with_experts: bool) -> int:
        mlp = self.expert_linears() if with_experts else self.mlp_linears()
        return self.attention_parameters + _total(mlp) + self.block_norms * self.norm_parameters

    @property
    def embedding_parameters(self) -> int:
        return self.vocab * (self.embedding_width or self.hidden)

    @property
    def head_parameters(self) -> int:
        """The output matrix, where it is not the embedding used a second time."""
        bias = self.vocab if self.head_bias else 0
        return bias if self.tied_embeddings else bias + self.embedding_parameters

    @property
    def position_parameters(self) -> int:
        return self.learned_positions * self.hidden

    @property
    def outside_parameters(self) -> int:
        """What is not in a layer: embeddings, positions, output matrix, last norm."""
        norms = int(self.final_norm) + int(self.embedding_norm)
        return (
            self.embedding_parameters
            + self.position_parameters
            + self.head_parameters
            + norms * self.norm_parameters
            + self.other_parameters
        )

    @cached_property
    def parameters(self) -> int:
        dense = (self.layers - self.expert_layers) * self.layer_parameters(False)
        sparse = self.expert_layers * self.layer_parameters(True) if self.experts else 0
        return dense + sparse + self.outside_parameters

    @cached_property
    def active_parameters(self) -> int:
        """Parameters that compute for one token: all but the experts that are not chosen."""
        if not self.experts:
            return self.parameters
        idle = self.experts.count - self.experts.active
        per_expert = sum(
            (each.weights + each.biases) // each.copies for each in self.expert_linears() if each.kind == "expert"
        )
        return self.parameters - self.expert_layers * idle * per_expert

    def layer_kinds(self) -> tuple[LayerKind, ...]:
        """The layers in order; full attention comes last in each group of sliding layers, as in Gemma."""
        full = self.layers - self.sliding_layers
        dense = self.layers - self.expert_layers
        is_full = [(n + 1) * full // self.layers > n * full // self.layers for n in range(self.layers)]
        return tuple(LayerKind(n >= dense if self.experts else False, not is_full[n]) for n in range(self.layers))

    @cached_property
    def all_linears(self) -> tuple[tuple[Linear, int], ...]:
        """Every matrix inside the layers with the number of layers that have one."""
        found = [(each, self.layers) for each in self.attention_linears()]
        dense = self.layers - self.expert_layers
        if dense:
            found += [(each, dense) for each in self.mlp_linears()]
        if self.experts:
            found += [(each, self.expert_layers) for each in self.expert_linears()]
        return tuple(found)


def _total(linears: tuple[Linear, ...]) -> int:
    return sum(each.weights + each.biases for each in linears)
