"""How many bytes a model's weights take in each precision, as each library really stores them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, lru_cache
from math import ceil
from typing import Literal

from lib.memory.arithmetic import Number
from lib.memory.errors import CannotEstimateError
from lib.memory.model.architecture import Architecture
from lib.memory.model.parts import Linear
from lib.memory.terms import Term
from lib.places import ASSETS

PRECISIONS_FILE = ASSETS / "memory" / "precisions.json"

BLOCK = 64  # weights that share one absmax (bitsandbytes' default block size)
NESTED_BLOCK = 256  # absmax values that share one second-level scale
CODE_BYTES = 16 * 4  # the sixteen fp32 values a 4-bit code stands for, kept with every matrix
NESTED_CODE_BYTES = 256 * 4 + 4  # the 8-bit code of the scales, and their offset
GGUF_SPREAD = 0.04  # whole-file averages differ by this much between Llama 2 7B, 13B, 70B and Llama 3.1 8B


@dataclass(frozen=True)
class Precision:
    """One way of storing weights."""

    key: str
    label: str
    kind: Literal["plain", "bitsandbytes", "mxfp4", "gguf"]
    bits_per_weight: float
    source: str
    double_quant: bool = False


@cache
def precisions() -> dict[str, Precision]:
    """Every precision by its key."""
    rows = json.loads(PRECISIONS_FILE.read_text(encoding="utf-8"))["precisions"]
    return {row["key"]: Precision(**row) for row in rows}


def precision(key: str) -> Precision:
    if key not in precisions():
        raise CannotEstimateError(f"Precision {key!r} must be one of {', '.join(precisions())}.")
    return precisions()[key]


def nf4_bytes(weights: int, double_quant: bool) -> int:
    """One matrix of `weights` numbers as bitsandbytes' `Linear4bit` holds it, its quantization constants included."""
    blocks = ceil(weights / BLOCK)
    packed = ceil(weights / 2)
    if not double_quant:
        return packed + 4 * blocks + CODE_BYTES
    return packed + blocks + 4 * ceil(blocks / NESTED_BLOCK) + CODE_BYTES + NESTED_CODE_BYTES


def nf4_bits_per_weight(double_quant: bool) -> float:
    """4 + 8/64 + 32/(64·256) = 4.127 bits (QLoRA, section 3); 4 + 32/64 without double quantization."""
    return 4 + (8 / BLOCK + 32 / (BLOCK * NESTED_BLOCK) if double_quant else 32 / BLOCK)


def int8_bytes(matrix: Linear) -> int:
    """One byte a weight and an fp32 scale for every output row."""
    return matrix.inputs * matrix.outputs + 4 * matrix.outputs


@lru_cache(maxsize=1024)
def weights_bytes(arch: Architecture, key: str, other_bytes: float = 2.0) -> float:
    """All weights of `arch` stored in precision `key`; what is not quantized takes `other_bytes` a number."""
    chosen = precision(key)
    if chosen.kind in ("plain", "gguf"):
        return arch.parameters * chosen.bits_per_weight / 8
    if chosen.kind == "mxfp4":
        experts = _expert_weights(arch)
        return experts * chosen.bits_per_weight / 8 + (arch.parameters - experts) * other_bytes
    quantized, stored = 0, 0
    for matrix, layers in quantized_linears(arch):
        quantized += matrix.weights * layers
        one = int8_bytes(matrix) if key == "int8" else nf4_bytes(matrix.weights, chosen.double_quant)
        stored += one * layers
    return stored + (arch.parameters - quantized) * other_bytes


def quantized_linears(arch: Architecture) -> tuple[tuple[Linear, int], ...]:
    """The matrices bitsandbytes replaces: every `nn.Linear` inside the layers, but not experts kept as one block."""
    return tuple((each, layers) for each, layers in arch.all_linears if each.kind in ("attention", "mlp"))


def _expert_weights(arch: Architecture) -> int:
    return sum(each.weights * layers for each, layers in arch.all_linears if each.kind == "expert")


def weights_term(arch: Architecture, key: str, other_bytes: float = 2.0) -> Term:
    """The weights as a term with its arithmetic."""
    chosen = precision(key)
    size = weights_bytes(arch, key, other_bytes)
    if chosen.kind in ("plain", "gguf"):
        working = Number(arch.parameters, "P", "parameters") * Number(chosen.bits_per_weight, "bits") / 8
    else:
        inside = sum(m.weights * n for m, n in quantized_linears(arch))
        if chosen.kind == "mxfp4":
            inside = _expert_weights(arch)
        rest = arch.parameters - inside
        bits = 8 * (size - rest * other_bytes) / max(1, inside)
        quantized = Number(inside, "P_quantized", "quantized parameters") * Number(bits, "bits", "bits each") / 8
        working = quantized + Number(rest, "P_other", "the other parameters") * Number(other_bytes)
    spread = GGUF_SPREAD if chosen.kind == "gguf" else 0.0
    note = ""
    if chosen.kind == "bitsandbytes" and arch.experts:
        note = "The experts stay in 16 bits: transformers keeps them as one block, which bitsandbytes does not replace."
    return Term("weights", "Weights", size, working, chosen.source, note, spread, spread)
