"""A matrix of some bits a weight, its scales and zero points; and which matrices a checkpoint stores so."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from math import ceil

from lib.memory.model.inventory.tensors import TOWERS, Part, Weights
from lib.memory.model.stored.names import Names


@dataclass(frozen=True)
class Layout:
    """Bits of a weight, and what is kept for every `rows` × `columns` of them; None: all there are."""

    bits: float
    rows: int | None = None
    columns: int | None = None
    scale_bytes: float = 0.0
    zero_bits: float = 0.0
    input_bytes: float = 0.0
    """For every input (GPTQ's g_idx)."""
    matrix_bytes: float = 0.0
    """For the matrix as a whole."""

    def matrix(self, outputs: int, inputs: int) -> float:
        """Bytes of one matrix."""
        scales = ceil(outputs / (self.rows or outputs)) * ceil(inputs / (self.columns or inputs))
        beside = scales * (self.scale_bytes + self.zero_bits / 8) + inputs * self.input_bytes + self.matrix_bytes
        return outputs * inputs * self.bits / 8 + beside


@dataclass(frozen=True)
class Group:
    """Matrices that share a layout; `targets` None: every one that nothing else is said of."""

    layout: Layout
    targets: Names | None = None


@dataclass(frozen=True)
class Stored:
    """How a checkpoint stores its weights: matrices in groups, and what stays in 16 bits."""

    label: str
    source: str
    groups: tuple[Group, ...]
    ignored: Names = field(default_factory=Names)
    only_experts: bool = False
    with_head: bool = False
    with_towers: bool = False
    with_embedding: bool = False

    def covers(self, tensor: Weights) -> bool:
        """Whether the method acts on tensors of this kind at all."""
        if is_expert_block(tensor):
            return True
        if tensor.part is Part.EMBEDDING and len(tensor.shape) == 2:
            return self.with_embedding
        if self.only_experts or not tensor.is_matrix:
            return False
        kinds = {Part.HEAD: self.with_head, **dict.fromkeys(TOWERS, self.with_towers)}
        return kinds.get(tensor.part, tensor.in_layers)

    def layouts(self, tensor: Weights) -> tuple[tuple[Layout | None, float], ...]:
        """(layout, how many of the tensor's copies have it); None is 16 bits."""
        return _layouts(self, tensor)


@lru_cache(maxsize=8192)
def _layouts(stored: Stored, tensor: Weights) -> tuple[tuple[Layout | None, float], ...]:
    if not stored.covers(tensor):
        return ((None, tensor.copies),)
    places = tensor.layers or (0,)
    found: dict[Layout | None, float] = {}
    for layer in places:
        layout = _layout_of(stored, tensor, layer)
        found[layout] = found.get(layout, 0) + tensor.copies / len(places)
    return tuple(found.items())


def _layout_of(stored: Stored, tensor: Weights, layer: int) -> Layout | None:
    module = _module(tensor, layer)
    if stored.ignored.mean(module):
        return None
    for group in stored.groups:
        if group.targets is not None and group.targets.mean(module):
            return group.layout
    return next((group.layout for group in stored.groups if group.targets is None), None)


def _module(tensor: Weights, layer: int) -> str:
    """The name that a checkpoint has for the tensor's module in this layer; of experts, the first one's."""
    path = tensor.path.removesuffix(".weight").replace("*", str(layer), 1).replace("*", "0")
    if not is_expert_block(tensor):
        return path
    around, _, name = path.rpartition(".")
    return f"{around}.0.{name.replace('gate_up_proj', 'gate_proj')}"


def is_expert_block(tensor: Weights) -> bool:
    """Experts that transformers keeps as one block; a checkpoint has a matrix for each."""
    return tensor.part is Part.EXPERTS and len(tensor.shape) == 3


def stored_bytes(stored: Stored, tensor: Weights, row: int, other_bytes: float) -> float:
    """All copies of `tensor`, whose matrices have rows of `row` numbers."""
    return sum(
        copies * (tensor.numbers * other_bytes if layout is None else _one(layout, tensor, row))
        for layout, copies in stored.layouts(tensor)
    )


def _one(layout: Layout, tensor: Weights, row: int) -> float:
    if not is_expert_block(tensor):
        return layout.matrix(tensor.numbers // row, row)
    matrices = tensor.shape[0] * (2 if "gate_up" in tensor.name else 1)
    return matrices * layout.matrix(tensor.numbers // matrices // row, row)


def stored_parameters(stored: Stored, tensor: Weights) -> int:
    """Parameters of all copies that are not in 16 bits."""
    return round(sum(copies * tensor.numbers for layout, copies in stored.layouts(tensor) if layout is not None))
