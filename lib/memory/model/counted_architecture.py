"""A counted model in the calculator's terms: only what a pass keeps for a moment follows from a shape."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import ceil
from typing import ClassVar

from lib.memory.errors import CannotEstimateError
from lib.memory.model.architecture import Architecture
from lib.memory.model.inventory.counted import CountedModel
from lib.memory.model.inventory.keeps import Keeps
from lib.memory.model.inventory.tensors import TOWERS, Part, Weights, by_part
from lib.memory.model.parts import Experts, Linear
from lib.memory.model.stored.read import stored_as
from lib.units import number_of

NO_LIMIT = 100_000_000  # tokens, of a model without positions
READING = re.compile(
    r"^(\w+\.)?encoder\.|EncDecAttention\.[kv]\.|(encoder_attn|cross_attn)\.([kv]_proj|key_proj|value_proj)\."
)
"""Of an encoder-decoder, what works once, on the text that is read."""
KINDS = {Part.ATTENTION: "attention", Part.STATE: "attention", Part.EXPERTS: "expert"}


@dataclass(frozen=True)
class CountedArchitecture(Architecture):
    """An architecture whose tensors and caches were counted from the model that transformers builds.

    Its fields describe a plain transformer layer of its widths, for what no count can tell: the activations of a pass.
    """

    keeps_from_shape: ClassVar[bool] = False
    keeps_source: ClassVar[str] = "the cache that transformers keeps after a pass of this model without its weights"

    passes_below: ClassVar[float] = 0.4
    passes_above: ClassVar[float] = 1.0
    passes_note: ClassVar[str] = (
        "From a plain transformer layer of this model's widths: weights and cache were counted, this was not. Measured "
        "on a processor with transformers 5.23, layers of 18 dense families keep 0.67 to 1.71 times as much, of 8 with "
        "experts 1.14 to 1.9 times."
    )

    counted: CountedModel | None = field(default=None, hash=False)
    with_towers: bool = True
    sound_s: int = 0
    """Seconds of sound that it reads, where it reads any length of it."""

    @property
    def is_encoder(self) -> bool:
        return self.counted.encoder

    @property
    def no_training_because(self) -> str:
        if self.counted.encoder_decoder:
            return "its encoder and its decoder keep activations of two texts, which this calculator cannot tell apart"
        if self.counted.has_states:
            return "its layers of linear attention or state spaces keep activations that this calculator cannot tell"
        return ""

    @cached_property
    def tensors(self) -> tuple[Weights, ...]:
        return tuple(each for each in self.counted.weights if self.with_towers or each.part not in TOWERS)

    @cached_property
    def keeps(self) -> tuple[Keeps, ...]:
        if self.counted.keeps is None:
            raise CannotEstimateError(
                f"What {self.name} keeps of a context is not known: {self.counted.keeps_problem}."
            )
        if self._times_the_sound == 1:
            return self.counted.keeps
        return tuple(
            replace(each, state_bytes=ceil(each.state_bytes * self._times_the_sound)) for each in self.counted.keeps
        )

    @property
    def _times_the_sound(self) -> float:
        """Of the sound that was counted; what a decoder keeps of it is all the state that such a model has."""
        return self.sound_s / self.counted.sound_s if self.sound_s and self.counted.sound_s else 1

    @property
    def always_reads(self) -> int:
        return ceil(self.counted.always_reads * self._times_the_sound)

    def writes_with(self, tensor: Weights) -> bool:
        is_head = tensor.path == self.counted.head_path  # T5Gemma 2's is the embedding of its encoder
        return not (self.counted.encoder_decoder and READING.search(tensor.path)) or is_head

    @property
    def attention_kind(self) -> str:
        if not self._by_part.get(Part.ATTENTION):
            return "no attention"
        return super().attention_kind

    @property
    def expert_layers(self) -> int:
        return len({layer for each in self.tensors if each.part is Part.EXPERTS for layer in each.layers})

    @cached_property
    def _by_part(self) -> dict[Part, int]:
        return by_part(self.tensors)

    @cached_property
    def parameters(self) -> int:
        return sum(self._by_part.values())

    @property
    def routed_parameters(self) -> int:
        return self._by_part.get(Part.EXPERTS, 0)

    @property
    def active_parameters(self) -> int:
        return round(self.counted.active_parameters)

    @property
    def tower_parameters(self) -> int:
        return sum(self._by_part.get(part, 0) for part in TOWERS)

    @property
    def embedding_parameters(self) -> int:
        return self._by_part.get(Part.EMBEDDING, 0)

    @property
    def head_parameters(self) -> int:
        return self._by_part.get(Part.HEAD, 0)

    @property
    def position_parameters(self) -> int:
        return 0  # among the embedding's

    def layer_parameters(self, with_experts: bool) -> int:
        """The largest layer."""
        del with_experts
        layers: dict[int, int] = {}
        for each in self.tensors:
            if each.in_layers:
                for layer in each.layers:
                    layers[layer] = layers.get(layer, 0) + each.parameters // len(each.layers)
        return max(layers.values(), default=0)

    @cached_property
    def all_linears(self) -> tuple[tuple[Linear, int], ...]:
        return tuple(
            (Linear(each.name, each.inputs, each.outputs, kind=KINDS.get(each.part, "mlp")), each.copies)
            for each in self.tensors
            if each.in_layers and each.is_matrix
        )


def counted_architecture(
    model: CountedModel, name: str, with_towers: bool = True, config: Mapping | None = None, sound_s: int = 0
) -> CountedArchitecture:
    """`model` for the calculator; without its vision and audio towers if those are not loaded.

    `sound_s`: seconds of sound that it reads; 0 for as many as it was counted for. `config` is what it was counted
    from, which says how its checkpoint is stored.
    """
    if not model.vocab:
        raise CannotEstimateError(
            f"{name} has {model.parameters:,} parameters and no vocabulary: it works on other things than tokens of "
            "text, so that serving and training it is not estimated here."
        )
    if not model.hidden:
        raise CannotEstimateError(
            f"{name} has {model.parameters:,} parameters and no decoder of text whose width its config names, so that "
            "serving and training it is not estimated here."
        )
    stored, unknown = stored_as(config or {})
    heads = max(1, model.heads)
    width = model.intermediate_size or 4 * model.hidden
    parts = model.by_part
    expert_layers = len({layer for each in model.weights if each.part is Part.EXPERTS for layer in each.layers})
    experts = None
    if model.experts and model.experts_per_token:
        experts = Experts(
            num_experts=model.experts,
            num_experts_per_tok=model.experts_per_token,
            moe_intermediate_size=model.expert_width or width,
            shared_expert_intermediate_size=model.shared_width,
            first_k_dense_replace=max(0, model.layers - expert_layers),
        )
    windowed = sum(each.layers for each in model.keeps or () if each.window)
    return CountedArchitecture(
        name=name,
        family=model.model_type,
        num_hidden_layers=max(1, model.layers),
        hidden_size=model.hidden,
        num_attention_heads=heads,
        num_key_value_heads=model.kv_heads or heads,
        head_dim=model.head_dim or max(1, model.hidden // heads),
        intermediate_size=width,
        vocab_size=model.vocab,
        max_position_embeddings=model.max_context or NO_LIMIT,
        tie_word_embeddings=not any(each.part is Part.HEAD and each.is_matrix for each in model.weights),
        sliding_window=model.window,
        sliding_layers=windowed if model.window else 0,
        latent=model.latent if parts.get(Part.ATTENTION) else None,
        experts=experts,
        stored=stored,
        filled=model.filled,
        notes=(*model.notes, *_said_of_sound(model, sound_s), *([unknown] if unknown else [])),
        counted=model,
        with_towers=with_towers,
        sound_s=sound_s or model.sound_s,
    )


def _said_of_sound(model: CountedModel, sound_s: int) -> Iterator[str]:
    """What the sound that it reads leaves in its decoder, where it reads any length of it."""
    if model.sound_s:
        second = sum(each.layers * each.state_bytes for each in model.keeps or ()) / model.sound_s
        seconds = sound_s or model.sound_s
        positions = ceil(model.always_reads * seconds / model.sound_s)
        yield (
            f"Counted for {number_of(seconds, 'second')} of sound, {number_of(positions, 'position')} of its encoder: "
            f"what the decoder keeps of them is counted as a state, and each second more adds {second:,.0f} bytes."
        )
