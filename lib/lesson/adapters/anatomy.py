"""What a kind of adapter adds to an architecture: shapes, parameters, and extra work for every token. No torch.

Work counts 2 FLOPs for each weight that multiplies (Kaplan et al. 2020, arXiv 2001.08361, section 2.1), for one token
of a forward pass; biases, bends and sums are left out, as there.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from lib.lesson.adapters.errors import AdapterError
from lib.lesson.adapters.kinds import Kind, kinds
from lib.memory import Architecture
from lib.memory.model.inventory.tensors import Part
from lib.memory.model.parts import Linear
from lib.whole_numbers import check_whole

LARGEST_SIZE = 65_536
PARTS = {"attention": "attention", "mlp": "MLP"}
VECTORS = {"keys": "keys", "values": "values", "mlp": "inside of the MLP"}
USUAL_LORA = frozenset({"q_proj", "v_proj", "qkv_proj", "q_b_proj", "kv_b_proj"})
"""Queries and values, as in the LoRA paper's main results (Hu et al. 2021, section 4.2)."""


@dataclass(frozen=True)
class Piece:
    """One tensor that is added, in every place of its name."""

    name: str
    place: str
    shape: tuple[int, ...]
    copies: int
    """Layers that have one."""
    flops_per_token: int
    """Of one copy."""

    @property
    def parameters(self) -> int:
        """In all layers."""
        return prod(self.shape) * self.copies


@dataclass(frozen=True)
class Adapter:
    """A kind of adapter of some size in some places of an architecture."""

    architecture: Architecture
    kind: str
    size: int
    places: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.kind not in kinds():
            raise AdapterError(f"There is no kind {self.kind[:40]}; choose one of {', '.join(kinds())}.")
        check_whole("size", self.size, 1, LARGEST_SIZE, AdapterError)
        refuse_impossible(self.architecture, self.kind)
        known = possible_places(self.architecture, self.kind)
        unknown = [place for place in self.places if place not in known]
        if unknown:
            raise AdapterError(f"{self.card.title} has no place {unknown[0][:40]}; there are {', '.join(known)}.")
        if not self.places:
            raise AdapterError(f"Nothing is added yet; choose one or more of {', '.join(known)}.")

    @property
    def card(self) -> Kind:
        return kinds()[self.kind]

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The tensors that are trained, place by place."""
        make = {"lora": self._lora, "ia3": self._vector, "prefix": self._prefix, "prompt": self._prompt}
        return tuple(piece for place in self.places for piece in make.get(self.kind, self._bottleneck)(place))

    @property
    def parameters(self) -> int:
        return sum(piece.parameters for piece in self.pieces)

    @property
    def share(self) -> float:
        """Of the model's own parameters."""
        return self.parameters / self.architecture.parameters

    @property
    def attention_flops_per_token(self) -> int:
        """Of attending to P positions more: scores and weighted sum, 4 · P · width of the queries in each layer."""
        if self.kind not in ("prefix", "prompt"):
            return 0
        return 4 * self.size * self.architecture.query_width * self.architecture.num_hidden_layers

    @property
    def flops_per_token(self) -> int:
        """Extra work for every token of a text."""
        return sum(piece.flops_per_token * piece.copies for piece in self.pieces) + self.attention_flops_per_token

    @property
    def flops_once(self) -> int:
        """Extra work once a request: the vectors of a learnt prompt are read by the model like tokens."""
        return self.size * layer_flops_per_token(self.architecture) if self.kind == "prompt" else 0

    @property
    def work_share(self) -> float:
        """Extra work for a token over the model's own, without attention."""
        return self.flops_per_token / base_flops_per_token(self.architecture)

    @property
    def cache_numbers(self) -> int:
        """Numbers that stand in the cache of every request."""
        if self.kind not in ("prefix", "prompt"):
            return 0
        return 2 * self.size * self.architecture.kv_width * self.architecture.num_hidden_layers

    def _bottleneck(self, place: str) -> tuple[Piece, ...]:
        d, m, layers = self.architecture.hidden_size, self.size, self.architecture.num_hidden_layers
        where = f"{'after' if self.kind == 'series' else 'beside'} the {PARTS[place]}"
        return (
            Piece(f"down, {where}", place, (m, d), layers, 2 * m * d),
            Piece(f"its bias, {where}", place, (m,), layers, 0),
            Piece(f"up, {where}", place, (d, m), layers, 2 * m * d),
            Piece(f"its bias, {where}", place, (d,), layers, 0),
        )

    def _lora(self, place: str) -> tuple[Piece, ...]:
        return tuple(
            piece
            for each, layers in adaptable(self.architecture)
            if each.name == place
            for piece in (
                Piece(f"A beside {place}", place, (self.size, each.inputs), layers, 2 * self.size * each.inputs),
                Piece(f"B beside {place}", place, (each.outputs, self.size), layers, 2 * self.size * each.outputs),
            )
        )

    def _prefix(self, place: str) -> tuple[Piece, ...]:
        shape, layers = (self.size, self.architecture.kv_width), self.architecture.num_hidden_layers
        return tuple(Piece(name, place, shape, layers, 0) for name in ("keys in the cache", "values in the cache"))

    def _prompt(self, place: str) -> tuple[Piece, ...]:
        return (Piece("vectors before the text", place, (self.size, self.architecture.hidden_size), 1, 0),)

    def _vector(self, place: str) -> tuple[Piece, ...]:
        arch = self.architecture
        width = arch.intermediate_size if place == "mlp" else arch.kv_width
        layers = dense_layers(arch) if place == "mlp" else arch.num_hidden_layers
        return (Piece(f"vector on the {VECTORS[place]}", place, (width,), layers, width),)


def possible_places(architecture: Architecture, kind: str) -> tuple[str, ...]:
    """Where in a block this kind can stand, in the order in which a token comes by."""
    if kind == "lora":
        return tuple(dict.fromkeys(each.name for each, _ in adaptable(architecture)))
    if kind == "ia3":
        return ("keys", "values", "mlp") if dense_layers(architecture) else ("keys", "values")
    return {"prefix": ("cache",), "prompt": ("input",)}.get(kind, ("attention", "mlp"))


def usual_places(architecture: Architecture, kind: str) -> tuple[str, ...]:
    """Where its paper puts it: a bottleneck after the MLP, LoRA on queries and values, all others everywhere."""
    every = possible_places(architecture, kind)
    if kind == "lora":
        return tuple(place for place in every if place in USUAL_LORA) or every
    return ("mlp",) if kind in ("series", "parallel") else every


def usual_adapter(architecture: Architecture, kind: str) -> Adapter:
    """This kind at its usual size in its usual places."""
    return Adapter(architecture, kind, kinds()[kind].usual_size, usual_places(architecture, kind))


def refuse_impossible(architecture: Architecture, kind: str) -> None:
    """Raise AdapterError where a kind's paper does not say what it would be on this architecture."""
    by_heads = architecture.latent is None and architecture.attention_kind != "no attention"
    if kind in ("prefix", "ia3") and not by_heads:
        raise AdapterError(
            f"{architecture.name} does not keep keys and values by heads, which {kinds()[kind].title} acts on; "
            "choose another kind or another model."
        )
    if kind == "lora" and not adaptable(architecture):
        raise AdapterError(f"{architecture.name} has no matrix that LoRA can stand beside; choose another kind.")


def adaptable(architecture: Architecture) -> tuple[tuple[Linear, int], ...]:
    """Matrices that peft puts LoRA beside, with the layers that have one: experts, stored as one block, get none."""
    return tuple((each, layers) for each, layers in architecture.all_linears if each.kind in ("attention", "mlp"))


def dense_layers(architecture: Architecture) -> int:
    """Layers with an MLP that is no mixture of experts."""
    return architecture.num_hidden_layers - architecture.expert_layers


def layer_flops_per_token(architecture: Architecture) -> int:
    """2 FLOPs for each weight of the layers' matrices that computes for a token."""
    experts, total = architecture.experts, 0
    for each, layers in architecture.all_linears:
        used = experts.num_experts_per_tok / experts.num_experts if experts and each.kind == "expert" else 1
        total += round(2 * each.weights * layers * used)
    return total


def base_flops_per_token(architecture: Architecture) -> int:
    """The layers and the output matrix, without attention over what was read before."""
    return layer_flops_per_token(architecture) + 2 * architecture.embedding_parameters


def has_states(architecture: Architecture) -> bool:
    """Whether some layers keep a state in place of keys and values."""
    return any(each.part is Part.STATE for each in architecture.tensors)
