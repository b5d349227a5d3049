"""An architecture written out: every tensor as transformers holds it, and what each layer keeps of a context."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lib.memory.model.inventory.keeps import Keeps
from lib.memory.model.inventory.tensors import Part, Weights

if TYPE_CHECKING:
    from lib.memory.model.architecture import Architecture
    from lib.memory.model.parts import Linear


def tensors_of(arch: Architecture) -> tuple[Weights, ...]:
    """Every tensor of the model, those of one name together; their parameters add up to the model's."""
    every = tuple(range(arch.num_hidden_layers))
    dense = arch.num_hidden_layers - arch.expert_layers
    found = [*_outside(arch), *_attention(arch, every)]
    if dense:
        found += _linears(arch.mlp_linears(), every[:dense], "mlp", Part.MLP)
    if arch.experts:
        found += _experts(arch, every[dense:])
    return tuple(each for each in found if each.parameters)


def keeps_of(arch: Architecture) -> tuple[Keeps, ...]:
    """Kwon et al. 2023, section 3; DeepSeek-V2, section 2.1.3; a layer with a window keeps at most that."""
    full = arch.num_hidden_layers - arch.sliding_layers
    if arch.is_encoder:
        return (Keeps(arch.num_hidden_layers),)
    if arch.latent:
        return (Keeps(full, arch.latent.cached_width, latent=True),)
    numbers = 2 * arch.kv_width
    windowed = Keeps(arch.sliding_layers, numbers, arch.sliding_window)
    return tuple(each for each in (Keeps(full, numbers), windowed) if each.layers)


def _outside(arch: Architecture) -> Iterator[Weights]:
    h = arch.hidden_size
    yield Weights("embed_tokens.weight", (arch.vocab_size, h), 1, Part.EMBEDDING, "Embedding")
    yield Weights("embed_positions.weight", (arch.learned_positions, h), 1, Part.EMBEDDING, "Embedding")
    if not arch.tie_word_embeddings:
        yield Weights("lm_head.weight", (arch.vocab_size, h), 1, Part.HEAD, "Linear")
    yield Weights("lm_head.bias", (arch.vocab_size if arch.head_bias else 0,), 1, Part.HEAD, "Linear")
    yield from _norm(arch, "norm", int(arch.final_norm) + int(arch.embedding_norm))
    yield Weights("other", (arch.other_parameters,), 1, Part.OTHER, "")


def _norm(arch: Architecture, path: str, copies: int, layers: tuple[int, ...] = ()) -> Iterator[Weights]:
    """Norms over h: scale, and bias where there is one."""
    for name, there in (("weight", arch.norm_scale), ("bias", arch.norm_bias)):
        if there:
            yield Weights(f"{path}.{name}", (arch.hidden_size,), copies, Part.NORMS, "Norm", layers)


def _attention(arch: Architecture, layers: tuple[int, ...]) -> Iterator[Weights]:
    yield from _norm(arch, "layers.*.layernorm", arch.block_norms * len(layers), layers)
    yield from _linears(arch.attention_linears(), layers, "self_attn", Part.ATTENTION)
    if arch.latent:
        widths = {"kv_a_layernorm": arch.latent.kv_lora_rank, "q_a_layernorm": arch.latent.q_lora_rank or 0}
    elif arch.qk_norm == "full":
        widths = {"q_norm": arch.query_width, "k_norm": arch.kv_width}
    else:
        widths = dict.fromkeys(("q_norm", "k_norm"), arch.head_dim if arch.qk_norm else 0)
    for name, width in widths.items():
        yield Weights(f"layers.*.self_attn.{name}.weight", (width,), len(layers), Part.NORMS, "Norm", layers)
    sinks = arch.num_attention_heads if arch.sinks else 0
    yield Weights("layers.*.self_attn.sinks", (sinks,), len(layers), Part.ATTENTION, "", layers)


def _experts(arch: Architecture, layers: tuple[int, ...]) -> Iterator[Weights]:
    """The routed experts as one block of three dimensions each, as transformers keeps them."""
    parts = {"expert": Part.EXPERTS, "router": Part.ROUTER, "mlp": Part.SHARED_EXPERTS}
    for linear in arch.expert_linears():
        where = "mlp.shared_experts" if linear.kind == "mlp" else "mlp"
        yield from _linears((linear,), layers, where, parts[linear.kind])


def _linears(linears: tuple[Linear, ...], layers: tuple[int, ...], where: str, part: Part) -> Iterator[Weights]:
    for each in linears:
        block = (each.copies,) if each.copies > 1 else ()
        path = f"layers.*.{where}.{each.name}"
        kind = "Experts" if block else "Router" if part is Part.ROUTER else "Linear"
        yield Weights(f"{path}.weight", (*block, each.outputs, each.inputs), len(layers), part, kind, layers)
        if each.bias:
            yield Weights(f"{path}.bias", (*block, each.outputs), len(layers), part, kind, layers)
