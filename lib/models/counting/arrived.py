"""Whether every size of a config is in the model that was built from it, and what was filled in beside them.

A model that builds is no proof that its config was read: sizes that stand where the class does not look are ignored in
silence, and the class's defaults are built. So every field that names a size must be found in the built model again.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from torch import nn
from transformers import PreTrainedConfig, PreTrainedModel

from lib.memory.errors import CannotEstimateError
from lib.memory.model.config_text import names_of, role_of
from lib.models.counting.read import TOWER_CONFIGS, value_of

SHARED = ("moe_num_shared_experts", "num_shared_experts", "n_shared_experts")
TELLING = (*names_of("experts_per_token"), *SHARED, "tie_word_embeddings", "max_position_embeddings", "sliding_window")
CODEBOOKS = ("num_channels", "num_codebooks")
PADDED = 1.05  # a vocabulary may be rounded up to a multiple in the matrix


def check_sizes_arrived(given: dict, made: PreTrainedConfig, model: PreTrainedModel) -> None:
    """Refuse, naming the field, where a size of the config is not in the built model."""
    found = sizes_of(model)
    for where, key, value, owner in _given_sizes(given, made, ""):
        role = role_of(key)
        arrived = _has(owner, key, value) or any(
            _has(part, field, value) for part in _config_parts(made) for field in _fields_of_role(part, role)
        )
        if role == "vocabulary" and reads_no_tokens(where, model):
            continue
        if role == "mlp" and _has_experts_alone(given, model):
            continue
        shows = value in found or (role == "vocabulary" and has_vocabulary(value, made, found))
        shows_in_every_model = role in ("hidden", "vocabulary") and not where.startswith(TOWER_CONFIGS)
        if not (shows if shows_in_every_model else shows or arrived):
            raise CannotEstimateError(
                f"{where}{key} = {value:,} does not reach the model that transformers builds from this "
                f"{made.model_type} config: the field stands where it is not read, so the size cannot be counted."
            )


def _given_sizes(given: dict, made: PreTrainedConfig, where: str) -> Iterator[tuple[str, str, int, PreTrainedConfig]]:
    """(where, key, value, the config object it went into) of every size in the config, nested ones too."""
    for key, value in given.items():
        inner = value_of(made, key)
        if isinstance(value, dict) and isinstance(inner, PreTrainedConfig):
            yield from _given_sizes(value, inner, f"{key}.")
        elif role_of(key) and type(value) is int and value > 1 and not _left_over(where, key, given):
            yield where, key, value, made


def _left_over(where: str, key: str, given: dict) -> bool:
    """A field that is no size of this model.

    A tower's vocabulary is left by the model it was taken from; heads of a latent have their own two sizes (Kimi
    Linear writes a head_dim of 72 beside them).
    """
    of_a_tower = where.startswith(TOWER_CONFIGS) and role_of(key) == "vocabulary"
    return of_a_tower or (key == "head_dim" and bool(given.get("kv_lora_rank")))


def _has_experts_alone(given: dict, model: PreTrainedModel) -> bool:
    """Whether every layer has experts of a width of their own, so that the width of a dense layer is of none.

    Solar Open's config writes it beside a first_k_dense_replace of 0, and its class has no such field.
    """
    if not any(role_of(key) == "expert_width" for key in given):
        return False
    stacks = [each for each in model.modules() if isinstance(each, nn.ModuleList) and len(each) > 1]
    blocks = max(stacks, key=lambda stack: sum(1 for _ in stack.modules()), default=())
    return bool(blocks) and all(any(name.endswith("experts") for name, _ in each.named_modules()) for each in blocks)


def _has(config: PreTrainedConfig, key: str, value: int) -> bool:
    """Whether `key` is a field of the class, not only something left lying in the object, and has this value."""
    declared = key in config.attribute_map or key in {field.name for field in dataclasses.fields(config)}
    return declared and value_of(config, key) == value


def _fields_of_role(config: PreTrainedConfig, role: str) -> Iterator[str]:
    return (field.name for field in dataclasses.fields(config) if role_of(field.name) == role)


def _config_parts(made: PreTrainedConfig) -> Iterator[PreTrainedConfig]:
    yield made
    for key in made.sub_configs:
        inner = getattr(made, key, None)
        if isinstance(inner, PreTrainedConfig):
            yield from _config_parts(inner)


def sizes_of(model: PreTrainedModel) -> set[int]:
    """Dimensions of tensors, numbers of layers, and what modules say of themselves (heads and head sizes)."""
    found = {size for parameter in model.parameters() for size in parameter.shape}
    for module in model.modules():
        if isinstance(module, nn.ModuleList):
            found.add(len(module))
        found |= {value for name, value in vars(module).items() if type(value) is int and ("head" in name)}
    return found


def has_vocabulary(value: int, made: PreTrainedConfig, found: set[int]) -> bool:
    """Whether a matrix has so many rows, padded to a multiple, or so many for each codebook of sound (Dia)."""
    codebooks = {value_of(part, name) for part in _config_parts(made) for name in CODEBOOKS} - {None}
    return any(value <= size <= value * PADDED for size in found) or any(value * each in found for each in codebooks)


def reads_no_tokens(where: str, model: PreTrainedModel) -> bool:
    """Of sound or pictures, so that a vocabulary is that of a head which is not there."""
    other = model.main_input_name != "input_ids"
    return other and (where.startswith("encoder.") if model.config.is_encoder_decoder else not model.can_generate())


def filled_in(given: dict, made: PreTrainedConfig, where: str = "") -> Iterator[tuple[str, str]]:
    """Sizes that the config leaves out and transformers fills in, those of nested configs too."""
    fields = {field.name for field in dataclasses.fields(made)}
    for name in sorted(fields - set(made.sub_configs)):
        written = name in given or any(other in given for other, own in made.attribute_map.items() if own == name)
        value = value_of(made, name)
        if not written and (role_of(name) or name in TELLING) and type(value) in (int, bool):
            yield f"{where}{name}", str(value).lower() if isinstance(value, bool) else f"{value:,}"
    for name in made.sub_configs:
        inner, inside = value_of(made, name), given.get(name)
        if isinstance(inner, PreTrainedConfig):
            yield from filled_in(inside if isinstance(inside, dict) else {}, inner, f"{where}{name}.")


def invented_towers(given: dict, made: PreTrainedConfig) -> Iterator[tuple[str, str]]:
    """(field, type) of each tower that the config says nothing of and transformers builds all the same."""
    for name in made.sub_configs:
        inner = value_of(made, name)
        if name.startswith(TOWER_CONFIGS) and isinstance(inner, PreTrainedConfig) and not given.get(name):
            yield name, inner.model_type
