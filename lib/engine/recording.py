"""A run that is over, as JSON and back: its argument and its events, which are frozen dataclasses.

A dataclass becomes `{"of": "module:Name", "has": {field: value}}`; what JSON has no form for (tuples, bytes, arrays,
NaN) is named likewise. Reading makes objects of this app's own dataclasses only.
"""

from __future__ import annotations

import base64
import importlib
import math
from collections.abc import Callable
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum
from typing import Any

import numpy as np

OURS = "lib."
PLAIN = (str, int, bool, type(None))


@dataclass(frozen=True)
class Recording:
    """What was submitted, what came of it, and how it was recorded."""

    kind: str
    function: str
    argument: Any
    events: tuple[Any, ...]
    elapsed_s: float
    expected_s: float
    time_limit_s: float
    wide: bool
    device: str
    date: str
    versions: dict[str, str]
    weights_by_way_of: dict[str, str] = field(default_factory=dict)
    """Of models whose weights had gone through a format with fewer bits: which, by the model's name."""

    def to_json(self) -> dict[str, Any]:
        return {each.name: encoded(getattr(self, each.name)) for each in fields(self)}

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Recording:
        return cls(**{each.name: decoded(told[each.name]) for each in fields(cls) if each.name in told})


def encoded(value: Any) -> Any:
    """`value` as JSON takes it. Raises TypeError for what is neither plain nor a dataclass of this app."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, Enum):
        return {"enum": _name_of(type(value)), "value": value.value}
    if isinstance(value, PLAIN) or (isinstance(value, float) and math.isfinite(value)):
        return value
    for kind, form in FORMS.items():
        if isinstance(value, kind):
            return form(value)
    if is_dataclass(value) and not isinstance(value, type):
        has = {each.name: encoded(getattr(value, each.name)) for each in fields(value) if each.init}
        return {"of": _name_of(type(value)), "has": has}
    raise TypeError(f"{type(value)} has no form in a recording")


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


FORMS: dict[type, Callable[[Any], Any]] = {
    float: lambda value: {"float": repr(value)},
    bytes: lambda value: {"bytes": _base64(value)},
    np.ndarray: lambda value: {"array": _base64(value.tobytes()), "type": value.dtype.str, "shape": list(value.shape)},
    list: lambda value: [encoded(each) for each in value],
    tuple: lambda value: {"tuple": [encoded(each) for each in value]},
    frozenset: lambda value: {"frozenset": [encoded(each) for each in sorted(value)]},
    dict: lambda value: {"dict": [[encoded(key), encoded(each)] for key, each in value.items()]},
}
"""How each kind is written that JSON has no form for, or that holds others."""


def decoded(told: Any) -> Any:
    """What `encoded` was given. Raises ValueError for a class that is not this app's."""
    if isinstance(told, list):
        return [decoded(each) for each in told]
    if not isinstance(told, dict):
        return told
    for name, read in READERS.items():
        if name in told:
            return read(told)
    return _class_named(told["of"])(**{name: decoded(each) for name, each in told["has"].items()})


READERS: dict[str, Callable[[dict], Any]] = {
    "enum": lambda told: _class_named(told["enum"])(told["value"]),
    "float": lambda told: float(told["float"]),
    "bytes": lambda told: base64.b64decode(told["bytes"]),
    "array": lambda told: np.frombuffer(base64.b64decode(told["array"]), np.dtype(told["type"])).reshape(told["shape"]),
    "tuple": lambda told: tuple(decoded(each) for each in told["tuple"]),
    "frozenset": lambda told: frozenset(decoded(each) for each in told["frozenset"]),
    "dict": lambda told: {decoded(key): decoded(each) for key, each in told["dict"]},
}


def _name_of(of: type) -> str:
    return f"{of.__module__}:{of.__qualname__}"


def _class_named(name: str) -> type:
    module, _, of = name.partition(":")
    if not module.startswith(OURS):
        raise ValueError(f"{name} is no class of this app")
    found = getattr(importlib.import_module(module), of)
    if not (is_dataclass(found) or issubclass(found, Enum)):
        raise ValueError(f"{name} is no dataclass")
    return found
