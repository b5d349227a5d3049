"""A model as it was counted from its config: its tensors, and what each of its layers keeps of a context."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from lib.memory.model.inventory.keeps import Keeps
from lib.memory.model.inventory.tensors import TOWERS, Part, Weights, by_part
from lib.memory.model.parts import LatentAttention


@dataclass(frozen=True)
class CountedModel:
    """A model built from its config without weights, and counted.

    `keeps` is None where no forward pass could be made without weights; `keeps_problem` then says why.
    """

    name: str
    model_type: str
    built_as: str
    weights: tuple[Weights, ...]
    keeps: tuple[Keeps, ...] | None
    layers: int
    hidden: int
    heads: int
    kv_heads: int
    vocab: int
    max_context: int
    head_dim: int = 0
    intermediate_size: int = 0
    experts: int = 0
    experts_per_token: int = 0
    expert_width: int = 0
    shared_width: int = 0
    latent: LatentAttention | None = None
    encoder: bool = False
    encoder_decoder: bool = False
    """Whether an encoder reads the text and a decoder beside it writes the answer."""
    always_reads: int = 0
    """Positions that the encoder reads at every request, however short; 0 where it reads as many as there are."""
    sound_s: int = 0
    """Seconds of sound that `always_reads` and `keeps` were counted for; 0 where it reads none, or always as much."""
    head_path: str = ""
    """Which of the tensors is the output matrix, where it has one: another's name if it is tied."""
    keeps_problem: str = ""
    filled: tuple[tuple[str, str], ...] = ()
    """Fields that the config leaves out, with what transformers takes for them."""
    notes: tuple[str, ...] = ()

    @cached_property
    def parameters(self) -> int:
        """All of the model; tied weights once."""
        return sum(each.parameters for each in self.weights)

    @cached_property
    def by_part(self) -> dict[Part, int]:
        """Parameters of every part the model has."""
        return by_part(self.weights)

    @property
    def window(self) -> int | None:
        return next((each.window for each in self.keeps or () if each.window), None)

    @property
    def has_states(self) -> bool:
        """Whether layers of linear attention or a state space are among its own."""
        return Part.STATE in self.by_part if self.keeps is None else any(each.state_bytes for each in self.keeps)

    @property
    def tower_parameters(self) -> int:
        return sum(self.by_part.get(part, 0) for part in TOWERS)

    @property
    def language_parameters(self) -> int:
        return self.parameters - self.tower_parameters

    @cached_property
    def active_parameters(self) -> float:
        """Parameters that compute for one token of text: neither idle experts nor towers."""
        idle = 1 - self.experts_per_token / self.experts if self.experts else 0.0
        return self.language_parameters - idle * self.by_part.get(Part.EXPERTS, 0)

    @property
    def numbers_per_token(self) -> float:
        """What one more token adds while the context is shorter than any window."""
        return sum(each.layers * (each.numbers_per_token + each.numbers_past_window) for each in self.keeps or ())
