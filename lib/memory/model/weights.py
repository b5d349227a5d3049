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
from lib.memory.model.gguf import gguf_bytes, row_length
from lib.memory.model.inventory.tensors import TOWERS, Part, Weights
from lib.memory.model.parts import Linear
from lib.memory.model.stored.layout import Stored, stored_bytes, stored_parameters
from lib.memory.terms import Term
from lib.places import ASSETS

PRECISIONS_FILE = ASSETS / "memory" / "precisions.json"

BLOCK = 64  # weights that share one absmax (bitsandbytes' default block size)
NESTED_BLOCK = 256  # absmax values that share one second-level scale
CODE_BYTES = 16 * 4  # the sixteen fp32 values a 4-bit code stands for, kept with every matrix
NESTED_CODE_BYTES = 256 * 4 + 4  # the 8-bit code of the scales, and their offset


@dataclass(frozen=True)
class Precision:
    """One way of storing weights."""

    key: str
    label: str
    kind: Literal["plain", "fp8", "bitsandbytes", "mxfp4", "gguf", "checkpoint"]
    bits_per_weight: float
    source: str
    double_quant: bool = False


CHECKPOINT = Precision(
    "checkpoint", "as this checkpoint stores it", "checkpoint", 16, "the config's quantization_config"
)
"""For a model whose config says how it is quantized; its bits a weight are the model's own."""


@cache
def precisions() -> dict[str, Precision]:
    """Every precision that any model can have, by its key."""
    rows = json.loads(PRECISIONS_FILE.read_text(encoding="utf-8"))["precisions"]
    return {row["key"]: Precision(**row) for row in rows}


def precision(key: str) -> Precision:
    """The precision called `key`, or the one of a checkpoint as it is; CannotEstimateError if there is none."""
    if key == CHECKPOINT.key:
        return CHECKPOINT
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


def int8_bytes(matrix: Linear | Weights) -> int:
    """One byte a weight and an fp32 scale for every output row."""
    return matrix.inputs * matrix.outputs + 4 * matrix.outputs


def is_quantized(tensor: Weights, chosen: Precision) -> bool:
    """Whether a library that stores weights this way touches the tensor at all.

    bitsandbytes replaces every `nn.Linear` but the output matrix, so not experts kept as one block; fp8 checkpoints
    leave embeddings, output matrix, routers and norms in 16 bits.
    """
    if chosen.kind == "mxfp4":
        return tensor.part is Part.EXPERTS and len(tensor.shape) == 3
    if chosen.kind == "fp8":
        return tensor.in_layers and (tensor.is_matrix or len(tensor.shape) == 3) and tensor.name != "conv1d"
    if chosen.kind == "bitsandbytes":
        return tensor.is_matrix and tensor.part is not Part.HEAD
    return True


def tensor_bytes(arch: Architecture, tensor: Weights, chosen: Precision, other_bytes: float = 2.0) -> float:
    """All copies of one tensor; what this way of storing does not touch takes `other_bytes` a number."""
    if chosen is CHECKPOINT:
        return stored_bytes(_stored(arch), tensor, row_length(arch, tensor), other_bytes)
    if not is_quantized(tensor, chosen):
        return tensor.parameters * other_bytes
    if chosen.kind == "gguf":
        return gguf_bytes(arch, tensor, chosen.key)
    if chosen.kind == "bitsandbytes":
        one = int8_bytes(tensor) if chosen.key == "int8" else nf4_bytes(tensor.numbers, chosen.double_quant)
        return one * tensor.copies
    return tensor.parameters * chosen.bits_per_weight / 8


@lru_cache(maxsize=1024)
def weights_bytes(arch: Architecture, key: str, other_bytes: float = 2.0) -> float:
    """All weights of `arch` stored in precision `key`; what is not quantized takes `other_bytes` a number."""
    return sum(tensor_bytes(arch, each, precision(key), other_bytes) for each in arch.tensors)


@lru_cache(maxsize=1024)
def read_weights_bytes(arch: Architecture, key: str, experts_read_share: float) -> float:
    """What one decoding step reads: of routed experts a share, of an embedding that is only looked up nothing.

    Nothing of an encoder that read the prompt and has done its part either.
    """
    looked_up = (*TOWERS, *(() if arch.tie_word_embeddings else (Part.EMBEDDING,)))
    read = {Part.EXPERTS: experts_read_share} | dict.fromkeys(looked_up, 0.0)
    working = (each for each in arch.tensors if arch.writes_with(each))
    return sum(tensor_bytes(arch, each, precision(key)) * read.get(each.part, 1.0) for each in working)


def quantized_parameters(arch: Architecture, key: str) -> int:
    """Parameters that are stored in fewer bits."""
    if key == CHECKPOINT.key:
        return sum(stored_parameters(_stored(arch), each) for each in arch.tensors)
    return sum(each.parameters for each in arch.tensors if is_quantized(each, precision(key)))


def bits_per_weight(arch: Architecture, key: str) -> float:
    """Bits that the precision is named after; of a checkpoint's own way, the average over the model."""
    if key == CHECKPOINT.key:
        return 8 * weights_bytes(arch, key) / arch.parameters
    return precision(key).bits_per_weight


def _stored(arch: Architecture) -> Stored:
    if arch.stored is None:
        raise CannotEstimateError(f"{arch.name} has no quantization_config that can be read: pick another precision.")
    return arch.stored


def weights_term(arch: Architecture, key: str, other_bytes: float = 2.0) -> Term:
    """The weights as a term with its arithmetic."""
    chosen = precision(key)
    size = weights_bytes(arch, key, other_bytes)
    inside = quantized_parameters(arch, key)
    rest = arch.parameters - inside
    bits = 8 * (size - rest * other_bytes) / max(1, inside)
    if not rest:
        named = "bits, on average over the tensors" if chosen.kind == "gguf" else "bits each"
        working = Number(arch.parameters, "P", "parameters") * Number(bits, "bits", named) / 8
    else:
        quantized = (
            Number(inside, "P_quantized", "quantized parameters")
            * Number(bits, "bits", "bits each, scales included")
            / 8
        )
        working = quantized + Number(rest, "P_other", "the other parameters") * Number(other_bytes)
    note = ""
    if chosen.kind == "bitsandbytes" and any(each.part is Part.EXPERTS and not each.is_matrix for each in arch.tensors):
        note = "The experts stay in 16 bits: transformers keeps them as one block, which bitsandbytes does not replace."
    source = _stored(arch).source if chosen is CHECKPOINT else chosen.source
    return Term("weights", "Weights", size, working, source, note)
