"""A model as it was counted: its tensors by part, and what each of its layers keeps of a context. No torch here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
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
    OTHER = "Other"


TOWERS = (Part.VISION, Part.AUDIO)


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
    def numbers(self) -> int:
        """Of one of them."""
        return prod(self.shape)

    @property
    def parameters(self) -> int:
        return self.numbers * self.copies


@dataclass(frozen=True)
class Keeps:
    """What each of `layers` layers keeps of a context.

    `numbers_per_token` while the context is shorter than `window` (where there is one), `numbers_past_window` for each
    token after that; both hold keys, values and whatever else grows, and take a KV cache's bits. `state_bytes` is of
    constant size: the state of a Mamba or linear-attention layer, in the types in which transformers keeps it.
    """

    layers: int
    numbers_per_token: float = 0.0
    window: int | None = None
    numbers_past_window: float = 0.0
    state_bytes: int = 0
    latent: bool = False

    @property
    def kind(self) -> str:
        if not self.numbers_per_token:
            return "state" if self.state_bytes else "nothing"
        if self.window:
            return "window and more" if self.numbers_past_window else "window"
        return "latent" if self.latent else "full attention"

    @property
    def grows(self) -> bool:
        """Whether a token more is always a number more."""
        return bool(self.numbers_per_token and not self.window) or self.numbers_past_window > 0

    def numbers(self, tokens: int) -> float:
        """Kept numbers of one layer after `tokens` tokens, the state aside."""
        inside = min(tokens, self.window) if self.window else tokens
        return self.numbers_per_token * inside + self.numbers_past_window * (tokens if self.window else 0)


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
    experts: int = 0
    experts_per_token: int = 0
    tied: tuple[tuple[str, str], ...] = ()
    encoder: bool = False
    keeps_problem: str = ""
    notes: tuple[str, ...] = ()

    @cached_property
    def parameters(self) -> int:
        """All of the model; tied weights once."""
        return sum(each.parameters for each in self.weights)

    @cached_property
    def by_part(self) -> dict[Part, int]:
        """Parameters of every part the model has."""
        found = {part: sum(each.parameters for each in self.weights if each.part is part) for part in Part}
        return {part: count for part, count in found.items() if count}

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

    def layers_that(self, kind: str) -> int:
        """How many layers keep a growing cache ("grow"), only a window ("window"), a state ("state")."""
        rules = {
            "grow": lambda each: each.grows,
            "window": lambda each: each.window and not each.grows,
            "state": lambda each: each.state_bytes,
        }
        return sum(each.layers for each in self.keeps or () if rules[kind](each))

    @property
    def numbers_per_token(self) -> float:
        """What one more token adds while the context is shorter than any window."""
        return sum(each.layers * (each.numbers_per_token + each.numbers_past_window) for each in self.keeps or ())

    @property
    def numbers_past_window(self) -> float:
        """What one more token adds once every window is full."""
        return sum(
            each.layers * (each.numbers_past_window if each.window else each.numbers_per_token)
            for each in self.keeps or ()
        )


@dataclass(frozen=True)
class Building:
    """Progress: what the job does now."""

    what: str
    keep_only_newest = True


@dataclass(frozen=True)
class Counted:
    """The result."""

    model: CountedModel
