"""A language model: its matrices, and how many parameters those are, exactly.

Everything the calculator knows about a model is one `Architecture`. Parameter counts are computed from its
shapes, never stored, so that a count and a shape cannot disagree; tests compare them with the same
models built by `transformers` on the meta device.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from lib.memory.model.inventory.keeps import Keeps
from lib.memory.model.inventory.tensors import Weights
from lib.memory.model.inventory.written_out import keeps_of, tensors_of
from lib.memory.model.parts import LayerKind, Linear
from lib.memory.model.shape import Shape


@dataclass(frozen=True)
class Architecture(Shape):
    """A model's shape with all that follows from it: its matrices, and its parameters counted exactly."""

    @property
    def is_encoder(self) -> bool:
        """Reads a text and writes none: it can be served, and keeps no cache."""
        return self.family == "bert"

    keeps_from_shape: ClassVar[bool] = True
    """Whether another shape would keep something else, so that one can ask what if."""
    keeps_source: ClassVar[str] = ""
    """Where `keeps` is from, if not from the shape."""
    passes_below: ClassVar[float] = 0.0
    """By what share less a pass may keep for a moment, because the layers are not exactly these."""
    passes_above: ClassVar[float] = 0.0
    """By what share more."""
    passes_note: ClassVar[str] = ""

    @property
    def no_training_because(self) -> str:
        """Why a training step's activations cannot be told; empty where they can."""
        return ""

    @property
    def always_reads(self) -> int:
        """Positions that an encoder beside the decoder reads at every request, however short the context; mostly 0."""
        return 0

    def writes_with(self, tensor: Weights) -> bool:
        """Whether a decoding step needs the tensor at all."""
        del tensor
        return True

    @property
    def tower_parameters(self) -> int:
        """Parameters of what reads pictures or sound, beside the language model."""
        return 0

    @cached_property
    def tensors(self) -> tuple[Weights, ...]:
        """Everything that is stored; what each way of storing weights is a rule about."""
        return tensors_of(self)

    @cached_property
    def keeps(self) -> tuple[Keeps, ...]:
        """What the layers keep of a context."""
        return keeps_of(self)

    # Widths -------------------------------------------------------------------------------------

    @property
    def query_width(self) -> int:
        """q: width of all queries together."""
        return self.num_attention_heads * (self.latent.qk_head_dim if self.latent else self.head_dim)

    @property
    def kv_width(self) -> int:
        """k: width of all keys (or values) together."""
        return self.num_key_value_heads * self.head_dim

    @property
    def attention_kind(self) -> str:
        """MHA, GQA, MQA or MLA, as the field calls them."""
        if self.latent:
            return "MLA"
        if self.num_key_value_heads == self.num_attention_heads:
            return "MHA"
        return "MQA" if self.num_key_value_heads == 1 else "GQA"

    @property
    def expert_layers(self) -> int:
        return self.num_hidden_layers - self.experts.first_k_dense_replace if self.experts else 0

    # Matrices -----------------------------------------------------------------------------------

    def attention_linears(self) -> tuple[Linear, ...]:
        h, q, k = self.hidden_size, self.query_width, self.kv_width
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
        latent, h = self.latent, self.hidden_size
        if latent.q_lora_rank:
            query = (
                Linear("q_a_proj", h, latent.q_lora_rank, self.qkv_bias),
                Linear("q_b_proj", latent.q_lora_rank, self.query_width),
            )
        else:
            query = (Linear("q_proj", h, self.query_width),)
        return (
            *query,
            Linear("kv_a_proj_with_mqa", h, latent.kv_lora_rank + latent.qk_rope_head_dim, self.qkv_bias),
            Linear(
                "kv_b_proj",
                latent.kv_lora_rank,
                self.num_attention_heads * (latent.qk_nope_head_dim + latent.v_head_dim),
            ),
            Linear("o_proj", self.num_attention_heads * latent.v_head_dim, h, self.output_bias),
        )

    def mlp_linears(self, width: int | None = None) -> tuple[Linear, ...]:
        """The dense MLP (of a layer without experts), or a shared expert of `width`."""
        h, i = self.hidden_size, width or self.intermediate_size
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
        experts, h = self.experts, self.hidden_size
        routed = (
            Linear("router", h, experts.num_experts, experts.router_bias, "router"),
            Linear(
                "experts.gate_up_proj",
                h,
                2 * experts.moe_intermediate_size,
                experts.expert_bias,
                "expert",
                experts.num_experts,
            ),
            Linear(
                "experts.down_proj",
                experts.moe_intermediate_size,
                h,
                experts.expert_bias,
                "expert",
                experts.num_experts,
            ),
        )
        shared = (
            self.mlp_linears(experts.shared_expert_intermediate_size) if experts.shared_expert_intermediate_size else ()
        )
        gate = (Linear("shared_expert_gate", h, 1, False, "router"),) if experts.shared_gate else ()
        return (*routed, *shared, *gate)

    # Parameters ---------------------------------------------------------------------------------

    @property
    def norm_parameters(self) -> int:
        """Parameters of one norm over the hidden width."""
        return self.hidden_size * (int(self.norm_scale) + int(self.norm_bias))

    @property
    def qk_norm_parameters(self) -> int:
        if self.latent:
            return self.latent.kv_lora_rank + (self.latent.q_lora_rank or 0)
        return {
            "": 0,
            "head": 2 * self.head_dim,
            "full": self.query_width + self.kv_width,
        }[self.qk_norm]

    @property
    def attention_parameters(self) -> int:
        """One layer's attention, its query and key norms and sinks included."""
        matrices = _total(self.attention_linears())
        return matrices + self.qk_norm_parameters + (self.num_attention_heads if self.sinks else 0)

    def layer_parameters(self, with_experts: bool) -> int:
        mlp = self.expert_linears() if with_experts else self.mlp_linears()
        return self.attention_parameters + _total(mlp) + self.block_norms * self.norm_parameters

    @property
    def embedding_parameters(self) -> int:
        return self.vocab_size * self.hidden_size

    @property
    def head_parameters(self) -> int:
        """The output matrix, where it is not the embedding used a second time."""
        bias = self.vocab_size if self.head_bias else 0
        return bias if self.tie_word_embeddings else bias + self.embedding_parameters

    @property
    def position_parameters(self) -> int:
        return self.learned_positions * self.hidden_size

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
        dense = (self.num_hidden_layers - self.expert_layers) * self.layer_parameters(False)
        sparse = self.expert_layers * self.layer_parameters(True) if self.experts else 0
        return dense + sparse + self.outside_parameters

    @property
    def routed_parameters(self) -> int:
        """Parameters of all routed experts, of which a token uses a few."""
        if not self.experts:
            return 0
        one_layer = sum(each.weights + each.biases for each in self.expert_linears() if each.kind == "expert")
        return self.expert_layers * one_layer

    @cached_property
    def active_parameters(self) -> int:
        """Parameters that compute for one token: all but the experts that are not chosen."""
        if not self.experts:
            return self.parameters
        idle = self.experts.num_experts - self.experts.num_experts_per_tok
        return self.parameters - self.routed_parameters * idle // self.experts.num_experts

    def layer_kinds(self) -> tuple[LayerKind, ...]:
        """The layers in order; full attention comes last in each group of sliding layers, as in Gemma."""
        full = self.num_hidden_layers - self.sliding_layers
        dense = self.num_hidden_layers - self.expert_layers
        is_full = [
            (n + 1) * full // self.num_hidden_layers > n * full // self.num_hidden_layers
            for n in range(self.num_hidden_layers)
        ]
        return tuple(
            LayerKind(n >= dense if self.experts else False, not is_full[n]) for n in range(self.num_hidden_layers)
        )

    @cached_property
    def all_linears(self) -> tuple[tuple[Linear, int], ...]:
        """Every matrix inside the layers with the number of layers that have one."""
        found = [(each, self.num_hidden_layers) for each in self.attention_linears()]
        dense = self.num_hidden_layers - self.expert_layers
        if dense:
            found += [(each, dense) for each in self.mlp_linears()]
        if self.experts:
            found += [(each, self.expert_layers) for each in self.expert_linears()]
        return tuple(found)


def _total(linears: tuple[Linear, ...]) -> int:
    return sum(each.weights + each.biases for each in linears)
