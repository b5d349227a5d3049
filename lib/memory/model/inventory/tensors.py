"""The tensors of a model, those of one name and shape together: what every way of storing weights is a rule about."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import prod


class Part(StrEnum):
    """Where in a model a tensor sits; the value is its name on a page."""

    EMBEDDING = "Embedding"
    ATTENTION = "Attention"
    STATE = "Linear attention and state spaces"
    EXPERTS = "Experts"
    SHARED_EXPERTS = "Shared experts"
    ROUTER = "Routers"
    MLP = "Dense MLP"
    NORMS = "Norms"
    HEAD = "Output head"
    VISION = "Vision tower"
    AUDIO = "Audio tower"
    CONVOLUTION = "Convolutions"
    OTHER = "Other"


TOWERS = (Part.VISION, Part.AUDIO)
IN_LAYERS = (Part.ATTENTION, Part.STATE, Part.EXPERTS, Part.SHARED_EXPERTS, Part.MLP)


@dataclass(frozen=True)
class Weights:
    """The tensors of one name and shape in all layers that have them.

    `path` is the tensor's name with * for numbers, `shape` as PyTorch holds one of them, `copies` how many there are,
    `layers` the indices of the layers they are in (none for what is outside the layers), `module` the class that holds
    it: only "Linear" and "Conv1D" are what bitsandbytes and peft replace.
    """

    path: str
    shape: tuple[int, ...]
    copies: int
    part: Part
    module: str
    layers: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """`q_proj` of `model.layers.*.self_attn.q_proj.weight`."""
        pieces = [piece for piece in self.path.split(".") if piece not in ("weight", "bias", "*")]
        return pieces[-1] if pieces else self.path

    @property
    def is_matrix(self) -> bool:
        return self.module in ("Linear", "Conv1D") and len(self.shape) == 2

    @property
    def in_layers(self) -> bool:
        """Inside a text layer, where quantization and LoRA act."""
        return self.part in IN_LAYERS

    @property
    def inputs(self) -> int:
        """Of a matrix: numbers that go in, which is the length of a row."""
        return self.shape[0] if self.module == "Conv1D" else self.shape[-1]

    @property
    def outputs(self) -> int:
        return self.shape[-1] if self.module == "Conv1D" else self.shape[-2] if len(self.shape) > 1 else self.shape[0]

    @property
    def numbers(self) -> int:
        """Of one of them."""
        return prod(self.shape)

    @property
    def parameters(self) -> int:
        return self.numbers * self.copies


@dataclass(frozen=True)
class PartCount:
    """One part of a model: its parameters, and what share of the whole they are."""

    part: Part
    parameters: int
    share: float


def by_part(weights: tuple[Weights, ...]) -> dict[Part, int]:
    """Parameters of every part there is."""
    found = {part: sum(each.parameters for each in weights if each.part is part) for part in Part}
    return {part: count for part, count in found.items() if count}


def parts_of(weights: tuple[Weights, ...]) -> tuple[PartCount, ...]:
    """The parts in a model's order."""
    counts = by_part(weights)
    return tuple(PartCount(part, count, count / sum(counts.values())) for part, count in counts.items())
