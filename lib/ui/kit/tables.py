"""Tables on a page: pandas in, Streamlit's table out, without an index."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from numbers import Real
from typing import Any

import pandas as pd
import pyarrow as pa
import streamlit as st
from pandas.api.types import is_integer_dtype

from lib.ui.kit.exports import Rows

WIDE = 4
"""Columns that a phone does not show side by side."""
NEEDS_COMMAS = 10_000


def show_table(rows: Rows, *, alt: str, **options: Any) -> None:
    """Rows as a table without an index; nothing where there are none. `options` go to `st.dataframe`.

    Where a table is wider than a phone, its first column, which says what a row is, stays while the others move.
    """
    if rows:
        table, looks = _sent(_Shown(repr(rows), rows))
        looks = {**looks, **options.pop("column_config", {})}
        st.dataframe(table, hide_index=True, lazy=False, alt=alt, column_config=looks, **options)


@dataclass(frozen=True)
class _Shown:
    """Rows that are known by what is written in them: to Python 1, 1.0 and True are equal, but not in a table."""

    written: str
    rows: Rows = field(compare=False)


@lru_cache(maxsize=64)
def _sent(shown: _Shown) -> tuple[pa.Table, dict[str, dict[str, Any]]]:
    """As Streamlit sends it, which takes 2 ms; most tables of a page stay as they are when a slider moves."""
    frame = frame_of(shown.rows)
    return pa.Table.from_pandas(frame), {name: each for name in frame if (each := _look_of(frame, name))}


def _look_of(frame: pd.DataFrame, name: str) -> dict[str, Any] | None:
    first = len(frame.columns) >= WIDE and name == frame.columns[0]
    if is_integer_dtype(frame[name]) and frame[name].abs().max() >= NEEDS_COMMAS:
        return st.column_config.NumberColumn(format="localized", pinned=first)
    return st.column_config.Column(pinned=True) if first else None


def frame_of(rows: Rows) -> pd.DataFrame:
    """Columns in order of appearance; a value that is missing, or no finite number, is missing.

    A column of numbers stays one, whole numbers whole even where one is missing; any other is text.
    """
    columns = dict.fromkeys(name for row in rows for name in row)
    # Column by column: through a frame of objects a table of 16 columns takes three times as long.
    return pd.DataFrame({name: _of_one_kind([row.get(name) for row in rows]) for name in columns})


def _of_one_kind(column: Sequence[Any]) -> pd.api.extensions.ExtensionArray:
    values = [None if _missing(value) else value for value in column]
    found = [value for value in values if value is not None]
    if found and all(isinstance(value, Real) and not isinstance(value, bool) for value in found):
        whole = all(isinstance(value, int) for value in found)
        return pd.array(values, dtype="Int64" if whole else "Float64")
    return pd.array([None if value is None else str(value) for value in values], dtype="str")


def _missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and not math.isfinite(value))
