"""Tables on a page, without pandas: importing it would cost a web process 45 MB, a quarter of all it has.

Streamlit takes an Arrow table as it is, and anything else by way of pandas. So does `pyarrow.table`, which looks for
pandas before it converts a list; Arrow's JSON reader does not.
"""

from __future__ import annotations

import io
import json
import math
from typing import Any

import pyarrow
import streamlit as st
from pyarrow.json import ParseOptions, read_json


def show_table(rows: list[dict], *, alt: str, **options: Any) -> None:
    """Rows as a table without an index; `options` go to `st.dataframe`."""
    if rows:
        st.dataframe(arrow_table(rows), hide_index=True, lazy=False, alt=alt, **options)


def arrow_table(rows: list[dict]) -> pyarrow.Table:
    """Columns in order of appearance; a value that is missing, or no finite number, is null.

    A column of numbers stays one; any other is text.
    """
    columns = dict.fromkeys(name for row in rows for name in row)
    schema = pyarrow.schema([(name, _type([row.get(name) for row in rows])) for name in columns])
    lines = (json.dumps({field.name: _cell(row.get(field.name), field.type) for field in schema}) for row in rows)
    text = io.BytesIO("\n".join(lines).encode())
    return read_json(text, parse_options=ParseOptions(explicit_schema=schema))


def _type(values: list) -> pyarrow.DataType:
    kinds = {type(value) for value in values if value is not None}
    if kinds == {int}:
        return pyarrow.int64()
    numbers = kinds and all(issubclass(kind, int | float) and kind is not bool for kind in kinds)
    return pyarrow.float64() if numbers else pyarrow.string()


def _cell(value: Any, kind: pyarrow.DataType) -> Any:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return str(value) if kind == pyarrow.string() else value
