"""What a config describes of a model: every field explained, every impossible value refused."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

from lib.memory.errors import CannotEstimateError
from lib.memory.model.parts import LARGEST, Experts, LatentAttention
from lib.memory.model.stored.layout import Stored
from lib.whole_numbers import check_whole


@dataclass(frozen=True)
class Shape:
    """A decoder (or, for BERT, encoder) transformer as its `config.json` describes it.

    A field that a config has is named as there; the others say what the family's code in transformers does.
    """

    name: str
    """What a page calls the model."""
    family: str
    """The config's `model_type`: which of transformers' models executes it."""
    num_hidden_layers: int
    """L: transformer blocks."""
    hidden_size: int
    """h: width of the stream between the blocks."""
    num_attention_heads: int
    """a: query heads of a layer."""
    num_key_value_heads: int
    """g: key and value heads of a layer, which all are cached; divides `num_attention_heads` (GQA)."""
    head_dim: int
    """d: width of one head; not always h / a (Gemma, Qwen3)."""
    intermediate_size: int
    """i: width inside the dense MLP."""
    vocab_size: int
    """V: rows of the embedding and of the output matrix."""
    max_position_embeddings: int
    """Tokens of the longest sequence that the model was made for."""
    tie_word_embeddings: bool = False
    """The output matrix is the embedding used a second time, and takes no memory of its own."""
    gated_mlp: bool = True
    """The MLP has a gate beside its up-projection (SwiGLU): three matrices instead of two."""
    activation: Literal["silu", "gelu", "gelu_unfused", "relu"] = "silu"
    """The MLP's activation; `gelu_unfused` is written out in Python (GPT-2) and keeps five tensors instead of one."""
    norm: Literal["rms", "layer"] = "rms"
    """RMSNorm, which transformers writes out in fp32, or PyTorch's fused LayerNorm."""
    norm_bias: bool = False
    """Norms have a bias."""
    norm_scale: bool = True
    """Norms have a scale (OLMo's have neither)."""
    norm_in_fp32: bool = False
    """The norm multiplies by its scale in fp32 and casts afterwards (Gemma, OLMo 2) instead of before."""
    block_norms: int = 2
    """Norms over h in a layer: 1 in parallel blocks that share it, 4 in Gemma 2 and 3."""
    final_norm: bool = True
    """A norm after the last layer."""
    embedding_norm: bool = False
    """A norm after the embedding (BLOOM, BERT)."""
    qk_norm: Literal["", "head", "full"] = ""
    """Norms of queries and keys: none, one scale for all heads (Qwen3), or one over their whole width (OLMo 2)."""
    qkv_bias: bool = False
    """Query, key and value projections have a bias."""
    output_bias: bool = False
    """The attention's output projection has a bias."""
    mlp_bias: bool = False
    """The MLP's matrices have a bias."""
    head_bias: bool = False
    """The output matrix has a bias (Phi, GPT-J)."""
    fused_qkv: bool = False
    """Queries, keys and values come out of one matrix (GPT-2, Phi-3), which LoRA then adapts as one."""
    fused_gate_up: bool = False
    """Gate and up-projection are one matrix (Phi-3)."""
    parallel_block: bool = False
    """Attention and MLP read the same input and are added together (GPT-J, GPT-NeoX, Cohere)."""
    sinks: bool = False
    """Every head has a learnt score that belongs to no token (gpt-oss)."""
    softcap: bool = False
    """Scores and logits are squeezed by a tanh (Gemma 2), which keeps a tensor more of each."""
    dropout: bool = False
    """The config trains with dropout of what each block adds."""
    attention_dropout: bool = False
    """The config trains with dropout of attention weights, which eager attention keeps a mask and a copy for."""
    softmax_fp32: bool = True
    """Eager attention computes its softmax in fp32; GPT-2, GPT-J and BERT in the compute type."""
    rope: Literal["plain", "joined", "none"] = "plain"
    """Rotary positions: on whole heads, on a part that is joined with the rest by a copy, or not at all."""
    learned_positions: int = 0
    """Rows of a learnt table of positions (GPT-2, OPT, BERT); 0 where there is none."""
    other_parameters: int = 0
    """Parameters outside the layers that nothing above counts (BERT's sentence types and pooler)."""
    sliding_window: int | None = None
    """Tokens that a sliding-window layer looks back, itself included."""
    sliding_layers: int = 0
    """How many of the layers have that window."""
    latent: LatentAttention | None = None
    """Multi-head latent attention (DeepSeek), in place of keys and values for every head."""
    experts: Experts | None = None
    """A mixture of experts, in place of the dense MLP of most layers."""
    stored: Stored | None = None
    """How its checkpoint stores the weights, where the config says that it is quantized."""
    filled: tuple[tuple[str, str], ...] = ()
    """Fields that the config leaves out, with the value of the family's default."""
    notes: tuple[str, ...] = ()
    """What a student should know of how this model was read."""

    def __post_init__(self) -> None:
        for field in fields(self):
            if field.name in LARGEST:
                check_whole(field.name, getattr(self, field.name), 1, LARGEST[field.name], CannotEstimateError)
        if self.num_attention_heads % self.num_key_value_heads:
            raise CannotEstimateError(
                f"num_key_value_heads = {self.num_key_value_heads} does not divide num_attention_heads = "
                f"{self.num_attention_heads}: every key-value head must serve the same number of query heads."
            )
        layers = self.num_hidden_layers
        check_whole("sliding_layers", self.sliding_layers, 0, layers, CannotEstimateError)
        if self.sliding_window is not None:
            longest = LARGEST["max_position_embeddings"]
            check_whole("sliding_window", self.sliding_window, 1, longest, CannotEstimateError)
        if self.experts is not None:
            check_whole("first_k_dense_replace", self.experts.first_k_dense_replace, 0, layers, CannotEstimateError)
