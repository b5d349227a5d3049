"""Rows as an Arrow table, against what pyarrow itself makes of the same lists."""

import math

import numpy as np
import pyarrow
import pytest

from lib.ui.kit.tables import arrow_table


@pytest.mark.parametrize(
    "values",
    [
        [1, 2, -3],
        [1.5, None, 2.25],
        [1, 2.5],
        ["a", "2024-01-01", "3"],
        ["line\nbreak", 'quote"', "\\", "ü␣", ""],
        [0.1 + 0.2, 1e-300, 12345678901234567.0],
        [None, None],
    ],
)
def test_a_column_is_what_pyarrow_makes_of_it(values):
    theirs = pyarrow.array(values)
    ours = arrow_table([{"a": value} for value in values]).column("a")
    assert ours.to_pylist() == theirs.to_pylist()
    assert pyarrow.types.is_string(ours.type) == (not pyarrow.types.is_floating(theirs.type) and theirs.type != "int64")


def test_columns_come_in_order_of_appearance_and_gaps_are_null():
    table = arrow_table([{"": "x", "b": 1}, {"c": True, "": "y"}])
    assert table.column_names == ["", "b", "c"]
    assert table.to_pylist() == [{"": "x", "b": 1, "c": None}, {"": "y", "b": None, "c": "True"}]


def test_numpys_numbers_and_what_is_no_number():
    table = arrow_table([{"a": np.float64(0.5)}, {"a": math.nan}, {"a": math.inf}])
    assert table.column("a").to_pylist() == [0.5, None, None]


def test_numbers_among_text_are_text():
    assert arrow_table([{"a": 1}, {"a": "–"}]).column("a").to_pylist() == ["1", "–"]
