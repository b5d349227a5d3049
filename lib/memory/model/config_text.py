"""The text of a config.json, from anywhere: read, and every size in it checked, before anything is built from it.

Names of fields differ from family to family; which name means what is data: `assets/memory/model_types.json`.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from lib.memory.errors import CannotEstimateError
from lib.memory.model.json_fault import why_not_json
from lib.memory.model.other_files import other_file
from lib.memory.model.parts import LARGEST
from lib.places import ASSETS
from lib.whole_numbers import check_whole

MODEL_TYPES_FILE = ASSETS / "memory" / "model_types.json"
MAX_TEXT_BYTES = 5_000_000  # configs of quantized checkpoints list every tensor
LONGEST_OF_PYTHON = 200_000  # characters of a dict as Python prints it; no checkpoint writes such a file
DEEPEST = 40
COUNTED = re.compile(r"^(?!.*(vocab|size|dim|position|token|length|_id)).*(layer|block|depth|stage|expert|head|group)")
MOST_OF_ANYTHING = 65_536  # layers, blocks, heads, experts: beyond any model, and what would take hours to build
MOST_LAYERS = 2_000
LONGEST_TOLD = 100_000_000  # tokens; beyond stands a tokenizer's "no limit"
PRINTED = re.compile(r"\ufeff?\s*((```\w*\s+)?([A-Za-z]\w*Config\s+|config *= *)?(?=\{))?")
"""What stands before the { where a config was copied from a page, or as transformers prints one."""
LARGEST_OF_ROLE = {
    "layers": MOST_LAYERS,
    "hidden": LARGEST["hidden_size"],
    "mlp": LARGEST["intermediate_size"],
    "vocabulary": LARGEST["vocab_size"],
    "expert_width": LARGEST["intermediate_size"],
    "shared_width": LARGEST["intermediate_size"],
    "latent": LARGEST["hidden_size"],
}
AT_LEAST_ONE = ("layers", "hidden", "heads", "vocabulary")


@cache
def _model_types() -> dict:
    return json.loads(MODEL_TYPES_FILE.read_text(encoding="utf-8"))


@cache
def aliases() -> dict[str, str]:
    """model_type → the type of the same shape that transformers and our formulas know."""
    return {name: row["type"] for name, row in _model_types()["aliases"].items()}


@cache
def first_forms() -> dict[str, dict]:
    """model_type of a model's first configs, with code of its author's → how transformers writes it today."""
    return _model_types()["first_forms"]


@cache
def miscounted() -> dict[str, str]:
    """model_type → why what transformers builds of it has another size than the published model."""
    return {name: row["why"] for name, row in _model_types()["miscounted"].items()}


@cache
def not_served() -> dict[str, str]:
    """model_type → what such a model does that cannot be counted in tokens, where it could not be counted so."""
    return {name: row["why"] for row in _model_types()["not_served"] for name in row["types"]}


@cache
def parts_left_out() -> dict[str, str]:
    """model_type of a part that transformers builds with another library → how large its maker says that it is."""
    return {name: row["said"] for name, row in _model_types()["parts_of_other_libraries"].items()}


@cache
def experts_per_token() -> dict[str, int]:
    """model_type → experts that compute for a token, where the code says it and no config does."""
    return {name: row["count"] for name, row in _model_types()["experts_per_token_by_type"].items()}


@cache
def _roles() -> dict[str, str]:
    return {name: role for role, names in _model_types()["sizes"].items() for name in names}


def role_of(key: str) -> str | None:
    """What a field says the size of ("hidden", "layers", …); None for any other field."""
    return _roles().get(key)


def names_of(what: str) -> tuple[str, ...]:
    """The field names under which configs give `what`: a role, "experts_per_token" or "predicted_ahead"."""
    return tuple(_model_types()["sizes"].get(what) or _model_types()[what])


def as_text(content: bytes) -> str:
    """A file's content in whichever of JSON's encodings (UTF-8, 16 or 32) it is, what does not fit it replaced."""
    return content.decode(json.detect_encoding(content), "replace")


def parse(text: str | bytes) -> dict:
    """The config in `text`, its sizes checked.

    Raises CannotEstimateError for anything that is not a usable config, in one sentence that names the field.
    """
    if len(text) > MAX_TEXT_BYTES:
        raise CannotEstimateError(
            f"This text has {len(text):,} characters, more than the {MAX_TEXT_BYTES:,} that are read: paste only the "
            "model's config.json."
        )
    config = _values_in(text)
    if not isinstance(config, dict):
        raise CannotEstimateError("This JSON is not an object: a config.json begins with { and names its fields.")
    check(config)
    return config


def _values_in(text: str | bytes) -> object:
    """What the text says: JSON without the fence or the class name around it, or a dict as Python prints it."""
    offset = 0
    try:
        text = (text if isinstance(text, str) else text.decode(json.detect_encoding(text))).rstrip().removesuffix("```")
        offset = PRINTED.match(text).end()
        return json.loads(text[offset:], object_pairs_hook=_fields_once)
    except CannotEstimateError:
        raise
    except (ValueError, RecursionError) as error:
        as_python = _printed_by_python(text[offset:]) if isinstance(text, str) else None
        if as_python is not None:
            return as_python
        raise CannotEstimateError(why_not_json(text if isinstance(text, str) else "", error, offset)) from error


def _printed_by_python(text: str) -> dict | None:
    """The config, where `text` is a dict as Python prints one: single quotes, True and None."""
    if len(text) > LONGEST_OF_PYTHON or not text.startswith("{'"):
        return None
    try:
        return json.loads(json.dumps(ast.literal_eval(text)), object_hook=lambda found: _fields_once(found.items()))
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return None


def _fields_once(pairs: Iterable[tuple[str, object]]) -> object:
    """An object of JSON; a field that stands twice and says two things is refused, not settled by which comes last."""
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found and found[key] != value:
            raise CannotEstimateError(
                f"{short(key)} stands twice in this config, as {short(found[key])} and as {short(value)}: keep the one "
                "that is right."
            )
        found[key] = value
    return _with_special_floats(found)


def _with_special_floats(found: dict) -> object:
    """transformers 5 writes an infinite number as {"__float__": "Infinity"}."""
    value = found.get("__float__")
    return float(value) if len(found) == 1 and value in ("Infinity", "-Infinity", "NaN") else found


def check(config: Mapping) -> None:
    """Refuse what cannot be a model: no size at all, or a size that is not a number of ordinary size."""
    sizes = 0
    for where, key, value in _fields(config):
        role = role_of(key)
        values = value if isinstance(value, list) else [value]
        if role and value is not None:
            sizes += role in AT_LEAST_ONE
            for each in values:
                _check_size(f"{where}{key}", each, role)
        elif COUNTED.search(key):
            for each in values:
                if isinstance(each, int) and each > MOST_OF_ANYTHING:
                    raise CannotEstimateError(f"{where}{key} = {each:,} must be at most {MOST_OF_ANYTHING:,}.")
    if (other := other_file(config, has_sizes=bool(sizes))) is not None:
        raise CannotEstimateError(f"This is {other}, not a model: paste the config.json of the model itself.")
    if not sizes:
        raise CannotEstimateError(
            "The config has none of a language model's sizes (hidden_size, num_hidden_layers, vocab_size): paste its "
            "whole config.json, or that of a model which reads text."
        )


def _check_size(name: str, value: object, role: str) -> None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if value is not None:
        most = LARGEST_OF_ROLE.get(role, MOST_OF_ANYTHING)
        check_whole(name, value, int(role in AT_LEAST_ONE), most, CannotEstimateError)


def _fields(config: Mapping, where: str = "", depth: int = 0) -> Iterator[tuple[str, str, object]]:
    """(where, key, value) of every field, nested ones too, the list of a quantized checkpoint's tensors aside."""
    if depth > DEEPEST:
        raise CannotEstimateError(f"The config is nested more than {DEEPEST} deep, which no config.json is.")
    for key, value in config.items():
        if isinstance(value, Mapping):
            if key not in ("quantization_config", "compression_config", "quantization"):
                yield from _fields(value, f"{where}{key}.", depth + 1)
        else:
            yield where, key, value


def longest_context(config: Mapping) -> int | None:
    """The positions a model was made for, stretched as its `rope_scaling` (or `rope_parameters`) says; None if silent.

    YaRN, dynamic and linear scaling stretch by `factor` what it was trained on; where that is not said apart, what
    `max_position_embeddings` says. Gemma 3 writes the stretched number already; Command R writes a field of its own.
    RoBERTa's positions count from the one after padding's: 514 serve 512 tokens.
    """
    keys = ("max_position_embeddings", "n_positions", "seq_length", "max_sequence_length", "max_seq_len", "n_ctx")
    keys += ("max_target_positions",)  # Whisper's, for what it writes
    written = next((config[key] for key in keys if isinstance(config.get(key), int)), None)
    if written and config.get("model_type") in _model_types()["positions_begin_after_padding"]["types"]:
        padding = config.get("pad_token_id")
        return max(1, written - (padding if type(padding) is int and padding >= 0 else 1) - 1)
    told = config.get("model_max_length")
    if type(told) is int and 0 < told <= LONGEST_TOLD:
        return told
    scaling = config.get("rope_scaling") or config.get("rope_parameters")
    if not isinstance(scaling, Mapping) or str(config.get("model_type", "")).startswith("gemma3"):
        return written
    kind, factor = scaling.get("rope_type", scaling.get("type")), scaling.get("factor")
    if kind not in ("yarn", "linear", "dynamic") or not isinstance(factor, int | float) or not 1 <= factor <= 10_000:
        return written
    trained = scaling.get("original_max_position_embeddings")
    if isinstance(trained, int) and not isinstance(trained, bool):
        return max(written or 0, round(trained * factor))
    return round(written * factor) if written else None


def letters_of(name: str) -> str:
    """What a class and a model_type of the same family have in common: "Qwen2" and "qwen-2" are both "qwen2"."""
    return "".join(filter(str.isalnum, name.lower()))


def short(value: object) -> str:
    """A stranger's value, short enough for one sentence."""
    return shortened(repr(value))


def shortened(text: str) -> str:
    """At most 60 characters, with a sign where some are left out."""
    return text if len(text) <= 60 else text[:57] + "…"
