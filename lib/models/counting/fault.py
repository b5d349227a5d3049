"""What transformers found wrong with a config, as one sentence about its fields: never about tensors or code.

An error of a library speaks to whoever wrote the call. What it says of the config is told in our words, or quoted where
it is one plain sentence about a field; the rest is logged, by its type and place and without its text.
"""

from __future__ import annotations

import json
import re
import traceback
from collections.abc import Iterator

import transformers

from lib.logs import record
from lib.memory.errors import CannotEstimateError
from lib.memory.model.config_text import names_of, short, shortened

LONGEST_QUOTE = 180
KINDS = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "str": "a text",
    "list": "a list",
    "tuple": "a list",
    "dict": "an object",
    "NoneType": "null",
}
"""Python's types by what stands for them in JSON."""
SIZES = ("layers", "hidden", "heads", "kv_heads", "head_dim", "vocabulary", "mlp")
IN_PROSE = ("hidden size", "attention heads", "embed_dim", "num_heads", "attention layer offset", "rotary dimension")
"""What transformers calls the sizes in its sentences."""
OF_CODE = re.compile(
    r"\b(tensors?|shapes?|meta|modules?|attributes?|objects?|torch|dtypes?|devices?|NoneType|class|kernels?|literal|"
    r"iterable|subscriptable|callable|arguments?|operands?|instances?|positional|unpack|ind(ex|ices)|embeddings|"
    r"size mismatch|implemented|supported)\b|[<>{}]|\w\(\)|__",
    re.IGNORECASE,
)
"""Words of whoever writes the code, in which no student can put a config right."""
_WRAPPED = re.compile(r"^(Class validation error for validator '\w+'|Validation error for field '\w+'): \w+: ")
_FIELD = re.compile(r"^Field '(\w+)' (expected|with value)")
_NO_WORD_FOR = ("architectures", "transformers_version", "_name_or_path")


def not_built(config: dict, error: Exception) -> CannotEstimateError:
    """Why no model comes of this config, in a sentence."""
    _log("config not built", error)
    kind = short(config.get("model_type"))
    fault = fault_in(config, error)
    if fault is not None:
        return CannotEstimateError(f"transformers builds no model from this {kind} config: {fault}.")
    return CannotEstimateError(
        f"transformers builds no model from this {kind} config, so that a field of it is probably missing or does not "
        "fit the others: compare it with the config.json of a published model of its type."
    )


def not_run(what: str, error: Exception | None) -> CannotEstimateError:
    """Why `what` cannot be seen in a pass without weights; the message ends a sentence about the model."""
    if isinstance(error, CannotEstimateError):
        return CannotEstimateError(str(error))
    if error is not None:
        _log("model not run", error)
    return CannotEstimateError(f"{what} shows only when the model runs, and here it has no weights to run with")


def fault_in(config: dict, error: Exception) -> str | None:
    """What is wrong in `config` by the error that it caused; None where the error says nothing of the config."""
    said = " ".join(str(error.args[0] if isinstance(error, KeyError) and error.args else error).split())
    said = _WRAPPED.sub("", said)
    for told in (_wrong_kind, _left_out, _unknown_entry, _unknown_value, _number_as_text, _no_such_token, _quoted):
        if (fault := told(config, said, error)) is not None:
            return fault
    return None


def _wrong_kind(config: dict, said: str, _error: Exception) -> str | None:
    """A field of another type than transformers' class of the config has for it."""
    named = _FIELD.match(said)
    if named is None:
        return None
    name = _as_written(config, named[1])
    expected = dict.fromkeys(KINDS[kind] for kind in re.findall(r"expected (?:an? )?(\w+), got", said) if kind in KINDS)
    if not expected:
        return f"{name} has a value of a kind that it cannot have"
    if "a number" in expected:
        expected.pop("a whole number", None)
    given = next((value for path, value in _values(config, whole=True) if path.split(".")[-1] == name), ...)
    rather = "" if given is ... else f", not {_in_json(given)}"
    return f"{name} must be {' or '.join(expected)}{rather}"


def _left_out(config: dict, said: str, _error: Exception) -> str | None:
    """Fields that a kind of rope_scaling needs, or that a part of the config has to have."""
    if missing := re.match(r"Missing required keys in `rope_parameters` for 'rope_type'='([\w-]+)': \{(.*)\}", said):
        names = " and ".join(sorted(re.findall(r"'(\w+)'", missing[2])))
        return f"{_as_written(config, 'rope_parameters')} of the type '{missing[1]}' must also have {names}"
    missing = re.fullmatch(r"'\w+Config' object has no attribute '([a-z]\w*)'", said)
    if missing and not any(missing[1] in path.split(".") for path, _ in _values(config, whole=True)):
        return f"it has no field {missing[1]}, which is needed"
    return None


def _unknown_entry(config: dict, said: str, _error: Exception) -> str | None:
    """An entry of layer_types that names no kind of layer."""
    known = re.match(r"The `layer_types` entries must be in \((.*?)\)", said)
    if known is None:
        return None
    names = re.findall(r"'(\w+)'", known[1])
    wrong = (value for path, value in _values(config) if "layer_types" in path and value not in names)
    found = next(wrong, None)
    return None if found is None else f"layer_types has {_in_json(found)}, which is no kind of layer that is known"


def _unknown_value(config: dict, said: str, error: Exception) -> str | None:
    """A name that transformers looked up in vain, found in the config: of a part, an activation, a kind of RoPE."""
    looked_up = (
        error.args[0] if isinstance(error, KeyError) and error.args else None,
        *re.findall(r"Unrecognized model type for subconfig: ([\w.-]*\w)", said),
        *re.findall(r"has no attribute '(\w+)'$|invalid literal for \w+\(\) with base 10: '(.*)'$", said)[:1],
    )
    for name in (each for part in looked_up for each in (part if isinstance(part, tuple) else (part,)) if each):
        where = next((path for path, value in _values(config) if value == name and path != "model_type"), None)
        if where is None:
            continue
        if where.split(".")[-1] == "model_type":
            return (
                f"model_type {short(name)} inside it is not one that transformers {transformers.__version__} can build "
                "without code from its author"
            )
        return f"{where} cannot be {_in_json(name)}, which transformers does not know"
    return None


def _number_as_text(config: dict, _said: str, error: Exception) -> str | None:
    """A number in quotation marks, with which transformers tried to compute."""
    if not isinstance(error, TypeError):
        return None
    for path, value in _values(config):
        if isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", value):
            return f"{path} must be a number, not the text {_in_json(value)}"
    return None


def _no_such_token(_config: dict, said: str, _error: Exception) -> str | None:
    within = said == "Padding_idx must be within num_embeddings"
    return "pad_token_id must be smaller than the vocabulary" if within else None


def _quoted(config: dict, said: str, _error: Exception) -> str | None:
    """The first sentence of the error, where that is plain and names a field."""
    sentence = re.split(r"\.\s+(?=[A-Z])", said)[0].strip(" .")
    sentence = re.sub(r"\bconfig\.|`|^Inconsistent configuration: ", "", sentence)
    sentence = re.sub(r"\blen\((\w+)\)", r"the length of \1", sentence)
    sentence = sentence.replace("rope_parameters's", f"{_as_written(config, 'rope_parameters')}'s")
    fields = {part for path, _ in _values(config, whole=True) for part in path.split(".")}
    fields |= {name for size in SIZES for name in names_of(size)}
    about = any(re.search(rf"\b{re.escape(name)}\b", sentence) for name in (*fields, *IN_PROSE))
    if not about or not re.search(r"\w \w", sentence) or len(sentence) > LONGEST_QUOTE or OF_CODE.search(sentence):
        return None
    first = sentence.split()[0]
    return first.lower() + sentence[len(first) :] if first.istitle() else sentence


def _values(part: object, path: str = "", whole: bool = False) -> Iterator[tuple[str, object]]:
    """Every value of a config with where it stands, as "text_config.hidden_act"; with `whole` lists and objects too."""
    if path and (whole or not isinstance(part, dict | list)):
        yield path, part
    if isinstance(part, dict):
        for name, value in part.items():
            if name not in _NO_WORD_FOR:
                yield from _values(value, f"{path}.{name}" if path else str(name), whole)
    elif isinstance(part, list) and not whole:
        for value in part:
            yield from _values(value, path)


def _as_written(config: dict, name: str) -> str:
    """What the config calls the field that transformers calls `rope_parameters` today."""
    renamed = name == "rope_parameters" and not any(path.endswith(name) for path, _ in _values(config, whole=True))
    return "rope_scaling" if renamed else name


def _in_json(value: object) -> str:
    return shortened(json.dumps(value, ensure_ascii=False, default=repr))


def _log(event: str, error: Exception) -> None:
    """Which error and where it came up; its message may hold what was pasted."""
    where = "elsewhere"
    for last in traceback.extract_tb(error.__traceback__)[-1:]:
        where = f"{last.filename.rpartition('site-packages/')[2][-60:]}:{last.lineno}"
    record(event, error=type(error).__name__, where=where)
