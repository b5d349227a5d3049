"""The job that counts any model from its config: built on the meta device, never loaded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from torch import nn
from transformers import PreTrainedConfig, PreTrainedModel

from lib.errors import StudentError
from lib.memory.errors import CannotEstimateError, NeedsAnotherLibrary
from lib.memory.model.config_text import (
    experts_per_token,
    longest_context,
    names_of,
    not_served,
    parse,
    parts_left_out,
)
from lib.memory.model.inventory.counted import CountedModel
from lib.memory.model.inventory.keeps import Keeps
from lib.memory.model.inventory.tensors import Part, Weights
from lib.memory.model.parts import LatentAttention
from lib.models.counting.arrived import (
    check_sizes_arrived,
    filled_in,
    has_vocabulary,
    invented_towers,
    reads_no_tokens,
    sizes_of,
)
from lib.models.counting.build import build, build_without_what_needs_libraries, give_own_head, speaking_part
from lib.models.counting.cache import keeps_of
from lib.models.counting.events import Building, Counted
from lib.models.counting.fault import not_built
from lib.models.counting.first_form import as_written_today
from lib.models.counting.parts import path_of_head, weights_of
from lib.models.counting.read import is_encoder, language_alone, read, value_of
from lib.models.counting.two_texts import (
    keeps_of_two_texts,
    limits_of_two_texts,
    reads_of,
    said_of_two_texts,
    sound_read_s,
)


def count(text: str) -> Iterator[Building | Counted]:
    """Count the model whose config.json is `text`; what is in the way is said in one CannotEstimateError."""
    config, of_its_form = as_written_today(parse(text))
    try:
        yield Building("Reading the config as transformers reads it")
        made, kind, notes = read(config)
        notes = [*of_its_form, *notes]
        yield Building(f"Building {kind.__name__} without its weights")
        try:
            model = build(kind, made)
        except NeedsAnotherLibrary as error:
            config, made, model, notes = _without_a_tower(config, made, kind, notes, error)
        if config.get("tie_word_embeddings") is False and made.is_encoder_decoder:
            give_own_head(model)
        check_sizes_arrived(config, made, model)
        _check_heads(speaking_part(model).config.get_text_config(decoder=True))
        yield Building("Reading what each layer keeps of a context")
        yield Counted(_counted(config, model, notes))
    except StudentError as error:
        if (why := _why_not_served(config)) is None:
            raise
        raise why from error
    except Exception as error:  # a stranger's config in another library's code: anything can come up
        raise _why_not_served(config) or not_built(config, error) from error


def _why_not_served(config: dict) -> CannotEstimateError | None:
    """What is in the way in a model's own kind, where that is known, rather than what failed while it was built."""
    why = not_served().get(str(config.get("model_type")))
    if why is None:
        return None
    return CannotEstimateError(f"{why[0].upper()}{why[1:]}: serving and training it is not estimated here.")


def _without_a_tower(
    config: dict, made: PreTrainedConfig, kind: type[PreTrainedModel], notes: list[str], problem: NeedsAnotherLibrary
) -> tuple[dict, PreTrainedConfig, PreTrainedModel, list[str]]:
    """Without the tower that cannot be built; the note says that it is left out. Raises `problem` where that is all."""
    inside = language_alone(config, made)
    if inside is None or not kind.can_generate():
        raise problem
    try:
        model, left_out = build_without_what_needs_libraries(kind, made)
        said = f"{problem} {' and '.join(left_out)} is left out, the rest is counted.{_known_of(left_out)}"
        return config, made, model, [*notes, said]
    except Exception:  # a part that is not asked for by its config, or that does not go without what is left out
        pass
    made, kind, notes = read(inside)
    notes.append(f"{problem} Only the language model is counted, without the towers beside it.")
    return inside, made, build(kind, made), notes


def _known_of(left_out: list[str]) -> str:
    """What the makers say of parts that cannot be built here."""
    return "".join(f" {said}" for kind, said in parts_left_out().items() if kind in left_out)


def _counted(config: dict, model: PreTrainedModel, notes: list[str]) -> CountedModel:
    keeps, problem = _keeps(model)
    weights = weights_of(model)
    text = speaking_part(model).config.get_text_config(decoder=True)
    keeps, repeated = _made_once(keeps, weights, text)
    both = sum(limits_of_two_texts(model))
    experts, active = _experts(text, any(each.part is Part.EXPERTS for each in weights))
    return CountedModel(
        name=str(config.get("_name_or_path") or model.config.model_type)[:80],
        model_type=model.config.model_type,
        built_as=type(model).__name__,
        weights=weights,
        keeps=keeps,
        keeps_problem=problem,
        head_path=path_of_head(model),
        layers=_first(text, names_of("layers")) or len({layer for each in weights for layer in each.layers}),
        hidden=_first(text, names_of("hidden")),
        heads=_first(text, names_of("heads")),
        kv_heads=_first(text, names_of("kv_heads")) or _first(text, names_of("heads")),
        head_dim=_first(text, names_of("head_dim")),
        intermediate_size=_first(text, names_of("mlp")),
        expert_width=_first(text, names_of("expert_width")),
        shared_width=_first(text, names_of("shared_width")),
        latent=_latent(text),
        vocab=_vocabulary(text, model),
        max_context=both or longest_context(_written_of(text, config, model.config)) or _positions(text),
        experts=experts,
        experts_per_token=active,
        encoder=is_encoder(model.config, type(model)),
        encoder_decoder=bool(model.config.is_encoder_decoder),
        always_reads=reads_of(model).positions if keeps is not None else 0,
        sound_s=sound_read_s(model) if keeps is not None else 0,
        filled=tuple(filled_in(config, model.config)),
        notes=(
            *notes,
            *_said(config, model),
            *said_of_two_texts(model, keeps),
            *_said_of_the_cache(model, keeps),
            *repeated,
        ),
    )


def _made_once(
    keeps: tuple[Keeps, ...] | None, weights: tuple[Weights, ...], text: PreTrainedConfig
) -> tuple[tuple[Keeps, ...] | None, list[str]]:
    """Falcon's key-value heads, of which transformers caches a copy for every query head and no engine does.

    Known by the one matrix that makes queries, keys and values: it has so many heads for each.
    """
    heads, kv_heads, width = (_first(text, names_of(role)) for role in ("heads", "kv_heads", "head_dim"))
    made = (heads + 2 * kv_heads) * width
    if not keeps or not 0 < kv_heads < heads or not any(each.outputs == made for each in weights if each.is_matrix):
        return keeps, []
    copied = 2 * heads * width
    if not any(each.numbers_per_token == copied for each in keeps):
        return keeps, []
    once = (
        replace(each, numbers_per_token=2.0 * kv_heads * width) if each.numbers_per_token == copied else each
        for each in keeps
    )
    return tuple(once), [
        f"Its {kv_heads} key-value heads are kept once, as engines do; transformers itself caches a copy for each of "
        f"the {heads} query heads, {heads / kv_heads:g} times as much."
    ]


def _written_of(text: PreTrainedConfig, config: dict, made: PreTrainedConfig) -> dict:
    """The part of the config that `text` was made from; what it says itself goes before defaults of another name."""
    inside = next((config.get(name) for name in made.sub_configs if value_of(made, name) is text), config)
    return {"model_type": text.model_type, **inside} if isinstance(inside, dict) else {}


def _positions(text: PreTrainedConfig) -> int:
    return longest_context(text.to_dict()) or 0


def _vocabulary(text: PreTrainedConfig, model: PreTrainedModel) -> int:
    """Entries of the vocabulary; 0 where nothing in the model has one, or where it hears and sees alone."""
    entries = _first(text, names_of("vocabulary"))
    has_it = not reads_no_tokens("", model) and has_vocabulary(entries, model.config, sizes_of(model))
    return entries if entries and has_it else 0


def _check_heads(text: PreTrainedConfig) -> None:
    heads, kv_heads = _first(text, names_of("heads")), _first(text, names_of("kv_heads"))
    if kv_heads and heads % kv_heads:
        raise CannotEstimateError(
            f"{kv_heads} key-value heads do not divide {heads} heads: every key-value head of {text.model_type} must "
            "serve the same number of query heads."
        )


def _keeps(model: PreTrainedModel) -> tuple[tuple[Keeps, ...] | None, str]:
    try:
        return (keeps_of_two_texts if model.config.is_encoder_decoder else keeps_of)(model), ""
    except CannotEstimateError as error:
        return None, not_served().get(model.config.model_type, str(error))


def _experts(text: PreTrainedConfig, has_experts: bool) -> tuple[int, int]:
    if not has_experts:
        return 0, 0
    inner = [each for name in text.sub_configs if isinstance(each := value_of(text, name), PreTrainedConfig)]
    found = (
        (
            _first(part, names_of("experts")),
            _first(part, names_of("experts_per_token")) or experts_per_token().get(text.model_type, 0),
        )
        for part in (text, *inner)
    )
    return next((pair for pair in found if all(pair)), (0, 0))


def _latent(text: PreTrainedConfig) -> LatentAttention | None:
    names = ("kv_lora_rank", "qk_rope_head_dim", "qk_nope_head_dim", "v_head_dim")
    values = {name: _first(text, (name,)) for name in names}
    return (
        LatentAttention(q_lora_rank=_first(text, ("q_lora_rank",)) or None, **values) if all(values.values()) else None
    )


def _first(config: PreTrainedConfig, names: tuple[str, ...]) -> int:
    """The first of these fields that is a number; of one that differs from layer to layer, the largest."""
    for name in names:
        value = value_of(config, name)
        numbers = [each for each in (value if isinstance(value, list | tuple) else [value]) if type(each) is int]
        if numbers:
            return max(numbers)
    return 0


def _said_of_the_cache(model: PreTrainedModel, keeps: tuple[Keeps, ...] | None) -> Iterator[str]:
    if keeps and not any(each.numbers_per_token or each.numbers_past_window or each.state_bytes for each in keeps):
        yield "transformers keeps no cache of this model: it reads the whole text again for every new token."
    if hasattr(model.config, "mem_len"):
        yield "Its layers keep what came into them, and make keys and values of that again for every new token."


def _said(config: dict, model: PreTrainedModel) -> Iterator[str]:
    """What the config leaves open, or has and transformers does not build."""
    everywhere = json.dumps(config)
    if "tie_word_embeddings" not in everywhere and speaking_part(model).get_output_embeddings() is not None:
        head = speaking_part(model).get_output_embeddings().weight
        tied = any(each.weight is head for each in model.modules() if isinstance(each, nn.Embedding))
        how = "is the embedding used again" if tied else "has a matrix of its own"
        other = f"its own would add {head.numel():,}" if tied else f"tied there would be {head.numel():,} fewer"
        default = f"the default of {speaking_part(model).config.get_text_config(decoder=True).model_type}"
        yield f"The config does not say whether the output head is tied: here it {how}, {default}; {other}."
    for name, inner in invented_towers(config, model.config):
        yield f"The config has no {name}: the tower is {inner}'s as transformers builds it when told nothing."
    text = config.get("text_config") if isinstance(config.get("text_config"), dict) else config
    if any(text.get(name) for name in names_of("predicted_ahead")):
        yield "Layers for predicting several tokens ahead are left out: transformers does not build them."
    lora = {name: each for name, each in config.items() if name.endswith("_lora") and isinstance(each, dict)}
    if adapters := [f"{name} of rank {each['r']}" for name, each in lora.items() if type(each.get("r")) is int]:
        yield f"Its own adapters ({', '.join(adapters)}) are left out: transformers does not build them."
