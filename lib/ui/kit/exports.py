"""What a student takes home: rows as a CSV file, anything else as JSON. The only writer of either."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

Rows = Sequence[Mapping[str, Any]]
"""One mapping per line of a file; its keys are the header."""

FORMULA_STARTS = ("=", "+", "-", "@")


def csv_of(rows: Rows) -> str:
    """One line per row under a header, quoted after RFC 4180, every digit of a number kept.

    Text that a spreadsheet would run as a formula gets an apostrophe in front (OWASP, "CSV Injection"); numbers,
    negative ones among them, stay as they are.
    """
    # As objects, so that a whole number beside a gap is not turned into a float.
    table = pd.DataFrame(rows, dtype=object)
    inert = {name: pd.Series(map(_inert, column), dtype=object) for name, column in table.items()}
    return pd.DataFrame(inert).to_csv(index=False, lineterminator="\n")


def json_of(data: Any) -> str:
    """`data` as indented JSON; anything `json.dumps` takes. JSON has no infinity and no NaN: they become text."""
    return json.dumps(_finite(data), indent=1, ensure_ascii=False, allow_nan=False)


def _finite(data: Any) -> Any:
    if isinstance(data, float) and not math.isfinite(data):
        return str(data)
    if isinstance(data, Mapping):
        return {key: _finite(value) for key, value in data.items()}
    return [_finite(value) for value in data] if isinstance(data, list | tuple) else data


def _inert(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.lstrip().startswith(FORMULA_STARTS) else value
