"""What a model will take in a precision, from its files alone: nothing is loaded. No torch.

Every tensor of the safetensors header is either a matrix inside a layer, which quantization shrinks, or stays
as it is: embeddings, norms, biases and the LM head.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from lib.quant.errors import QuantError, WouldNotFit
from lib.quant.measure.run import RTN_GROUP
from lib.quant.quantizers.blocks import grouping
from lib.quant.quantizers.weight_matrix import TensorPlace, tensor_places
from lib.units import format_gib

WIDTH_BYTES = {"fp32": 4, "bf16": 2, "fp16": 2}
FOUR_BIT_BLOCK = 64  # bitsandbytes' default
INSIDE_A_LAYER = re.compile(r"\.(layers|h|blocks|block|layer)\.\d+\.")
NOT_LINEAR = ("embed", "lm_head", "wte", "wpe", "norm")


@dataclass(frozen=True)
class ModelFiles:
    """What a model's folder says of itself."""

    folder: Path
    tensors: tuple[TensorPlace, ...]
    vocab_size: int
    context: int

    @property
    def linear(self) -> tuple[TensorPlace, ...]:
        return tuple(tensor for tensor in self.tensors if is_linear(tensor.name, tensor.shape))

    @property
    def parameters(self) -> int:
        return sum(tensor.weights for tensor in self.tensors)

    @property
    def linear_weights(self) -> int:
        return sum(tensor.weights for tensor in self.linear)

    @property
    def shipped_bytes(self) -> int:
        return sum(tensor.size_bytes for tensor in self.tensors)

    @property
    def shipped_dtypes(self) -> tuple[str, ...]:
        """Types of the tensors, as safetensors names them."""
        return tuple(sorted({tensor.dtype for tensor in self.tensors}))

    def weights_bytes(self, precision: str, rest_dtype: str) -> int:
        """All weights loaded in `precision`, scales included; tables of levels are left out as negligible."""
        if precision in WIDTH_BYTES:
            return WIDTH_BYTES[precision] * self.parameters
        rest = WIDTH_BYTES[rest_dtype] * (self.parameters - self.linear_weights)
        return rest + sum(linear_bytes(tensor, precision) for tensor in self.linear)

    def working_bytes(self, tokens: int, window: int) -> int:
        """Beside the weights: the reference's probabilities for every token, and logits of one window, thrice."""
        return 4 * self.vocab_size * (tokens + 3 * window)


def is_linear(name: str, shape: tuple[int, ...]) -> bool:
    """Whether the tensor is the weight of a linear layer that bitsandbytes would quantize."""
    inside = INSIDE_A_LAYER.search(f".{name}") is not None
    return inside and len(shape) == 2 and name.endswith("weight") and not any(part in name for part in NOT_LINEAR)


def linear_bytes(tensor: TensorPlace, precision: str) -> int:
    """One linear layer's weight with its scales."""
    weights = tensor.weights
    if precision == "int8":
        return weights + 4 * tensor.shape[0]
    if precision.startswith("rtn"):
        scales = grouping(str(RTN_GROUP), tensor.shape).count(weights)
        return weights * int(precision[3:]) // 8 + 2 * scales
    scales = -(-weights // FOUR_BIT_BLOCK)
    if precision == "nf4-double":
        return weights // 2 + scales + 4 * -(-scales // 256) + 4
    return weights // 2 + 4 * scales


def model_files(folder: Path) -> ModelFiles:
    """Read a model folder's config and headers; QuantError if it holds no text-generating model."""
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        architectures = config.get("architectures") or []
        # Multimodal models keep the language model's numbers one level down.
        text = {**config, **config.get("text_config", {})}
        vocab_size = int(text["vocab_size"])
        context = int(text.get("max_position_embeddings") or text.get("n_positions") or text["n_ctx"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise QuantError(
            f"The config.json of “{folder.name}” does not say which language model this is; choose another model."
        ) from None
    if not any(name.endswith(("ForCausalLM", "LMHeadModel")) for name in architectures):
        kind = architectures[0] if architectures else "unknown architecture"
        raise QuantError(
            f"“{folder.name}” ({kind}) does not write text from left to right; "
            "choose a decoder such as a Llama or GPT-2."
        )
    return ModelFiles(folder, tensor_places(folder), vocab_size, context)


def check_fits(title: str, needed_bytes: int, available_bytes: int) -> None:
    """WouldNotFit, before anything is loaded, if a row would not fit."""
    if needed_bytes > available_bytes:
        raise WouldNotFit(
            f"{title} would need about {format_gib(needed_bytes)} and {format_gib(available_bytes)} is free; "
            "choose a smaller model or fewer bits."
        )
