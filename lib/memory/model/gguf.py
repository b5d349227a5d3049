"""How large a GGUF file's tensors are: llama.cpp's choice of a type for every tensor.

A mixture such as Q4_K_M stores most matrices in one type and some in another: values and MLP outputs of some layers in
more bits, the output matrix (or a tied embedding) in Q6_K, vectors in fp32; and where a row isn't whole blocks of 256,
a type of shorter blocks. The rules are data: `assets/memory/gguf.json`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from lib.memory.model.inventory.tensors import Part, Weights
from lib.places import ASSETS

if TYPE_CHECKING:
    from lib.memory.model.architecture import Architecture

GGUF_FILE = ASSETS / "memory" / "gguf.json"
KEPT_IN_FP32 = (Part.NORMS, Part.ROUTER)


@cache
def _rules() -> dict:
    return json.loads(GGUF_FILE.read_text(encoding="utf-8"))


def gguf_bytes(arch: Architecture, tensor: Weights, mixture: str) -> float:
    """All copies of `tensor` in a file of `mixture` ("q4_k_m", …)."""
    return sum(copies * _stored(tensor.numbers, kind) for kind, copies in _types(arch, tensor, mixture))


def _stored(numbers: int, kind: str) -> float:
    return numbers / _rules()["types"][kind]["block"] * _rules()["types"][kind]["bytes"]


def _types(arch: Architecture, tensor: Weights, mixture: str) -> Iterator[tuple[str, float]]:
    """(type, how many of the copies have it)."""
    rules = _rules()["mixtures"][mixture]
    if len(tensor.shape) < 2 or tensor.part in KEPT_IN_FP32 or _is_small_table(tensor):
        yield "F32", tensor.copies
        return
    row = row_length(arch, tensor)
    is_output = tensor.part is Part.HEAD or (tensor.part is Part.EMBEDDING and arch.tie_word_embeddings)
    if is_output:
        whole = row % _rules()["types"][rules["base"]]["block"] == 0 and arch.family != "falcon"
        kind = "Q6_K" if whole and rules["base"] != "Q8_0" else "Q8_0"
        yield _fitting(kind, row), tensor.copies
        return
    places = tensor.layers or (0,)
    for layer in places:
        yield _fitting(_in_layer(arch, tensor, rules, layer), row), tensor.copies / len(places)


def _is_small_table(tensor: Weights) -> bool:
    """Positions, and convolutions of state spaces, are not quantized."""
    return "position" in tensor.path or tensor.name in ("wpe", "conv1d", "A_log", "sinks")


def row_length(arch: Architecture, tensor: Weights) -> int:
    """Numbers that are quantized together: what goes into one output. Experts may lie the other way round in memory."""
    if tensor.part is Part.EXPERTS and len(tensor.shape) == 3:
        sides, into = tensor.shape[1:], arch.hidden_size
        if tensor.name.endswith("down_proj") or tensor.name == "output_linear":
            return sides[0] if sides[1] == into else sides[1]
        return into if into in sides else sides[1]
    return tensor.inputs


def _in_layer(arch: Architecture, tensor: Weights, rules: dict, layer: int) -> str:
    """The type that the mixture wants for a matrix in this layer."""
    role = _role(tensor)
    eight_experts = bool(arch.experts) and arch.experts.num_experts == 8
    if eight_experts and role in ("values", "keys"):
        return "Q8_0"
    if role == "attention_output":
        low = rules["base"] in ("Q2_K", "Q3_K", "Q4_K")
        return "Q5_K" if eight_experts and low else rules.get("attention_output", rules["base"])
    chosen = next((kind for when, kind in rules.get(role, ()) if _holds(when, arch, layer)), rules["base"])
    is_70b = arch.num_hidden_layers == 80 and arch.num_key_value_heads < arch.num_attention_heads
    return "Q5_K" if role == "values" and is_70b and chosen in ("Q3_K", "Q4_K") else chosen


def _role(tensor: Weights) -> str:
    names = _rules()["names"]
    roles = ("values", "keys", "attention_output") if tensor.part is Part.ATTENTION else ("down",)
    name = tensor.name.rsplit(".", 1)[-1]
    return next((role for role in roles if name in names[role]), "")


def _holds(when: str, arch: Architecture, layer: int) -> bool:
    layers = arch.num_hidden_layers
    eighth = layers // 8
    return {
        "all": True,
        "grouped": arch.num_attention_heads >= 4 * arch.num_key_value_heads,
        "first_two": layer < 2,
        "first_four": layer < 4,
        "first_eighth": layer < eighth,
        "first_sixteenth": layer < layers // 16,
        "more_bits": layer < eighth or layer >= 7 * layers // 8 or (layer - eighth) % 3 == 2,
    }[when]


def _fitting(kind: str, row: int) -> str:
    """`kind`, or what llama.cpp falls back to where a row is not whole blocks."""
    types, fallback = _rules()["types"], _rules()["fallback"]
    while row % types[kind]["block"]:
        kind = fallback[kind]
    return kind
