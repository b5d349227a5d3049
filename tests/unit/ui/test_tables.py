"""Rows as tables and as files, against what pandas and the csv module read back."""

import csv
import io
import json
import math

import numpy as np
import pandas as pd
import pytest

from lib.ui.kit.exports import csv_of, json_of
from lib.ui.kit.tables import frame_of


def column(values):
    return frame_of([{"a": value} for value in values])["a"]


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([1, 2, -3], "Int64"),
        ([1, None], "Int64"),
        ([1.5, None, 2.25], "Float64"),
        ([0.1 + 0.2, 1e-300, 12345678901234567.0], "Float64"),
        (["a", "2024-01-01", "3"], "str"),
        (["line\nbreak", 'quote"', "\\", "ü␣", ""], "str"),
    ],
)
def test_a_column_keeps_its_values_and_its_kind(values, dtype):
    found = column(values)
    assert found.dtype == dtype
    assert [None if pd.isna(value) else value for value in found] == values


def test_columns_come_in_order_of_appearance_and_gaps_are_missing():
    table = frame_of([{"": "x", "b": 1}, {"c": True, "": "y"}])
    assert list(table.columns) == ["", "b", "c"]
    assert list(table["c"].isna()) == [True, False]


def test_what_is_no_number_is_missing():
    assert list(column([np.float64(0.5), math.nan, math.inf]).isna()) == [False, True, True]


def test_numbers_among_text_are_text():
    assert list(column([1, "–"])) == ["1", "–"]


def test_a_file_reads_back_as_it_was():
    rows = [{"text": 'say "kopi", please\n', "n": 1, "share": 0.1 + 0.2}, {"text": "", "n": None, "share": -1e-9}]
    read = list(csv.DictReader(io.StringIO(csv_of(rows))))
    assert [row["text"] for row in read] == [row["text"] for row in rows]
    assert [row["n"] for row in read] == ["1", ""]
    assert [float(row["share"]) for row in read] == [0.1 + 0.2, -1e-9]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "  =cmd"])
def test_text_is_no_formula_in_a_spreadsheet(text):
    assert next(csv.DictReader(io.StringIO(csv_of([{"a": text}]))))["a"] == "'" + text


def test_json_is_json_also_where_a_number_is_none():
    """RFC 8259, section 6: Infinity and NaN are not permitted. Python's own reader takes them unless told not to."""
    written = json_of({"kopi \u2028ü": [math.inf, (-math.inf, 0.1 + 0.2)], "n": {"nan": math.nan, "whole": 2**60}})
    read = json.loads(written, parse_constant=lambda name: pytest.fail(f"{name} in JSON"))
    assert read == {"kopi \u2028ü": ["inf", ["-inf", 0.1 + 0.2]], "n": {"nan": "nan", "whole": 2**60}}
