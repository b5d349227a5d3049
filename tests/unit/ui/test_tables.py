"""Rows as tables and as files, against what pandas and the csv module read back."""

import csv
import io
import json
import math

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from streamlit.dataframe_util import convert_arrow_table_to_arrow_bytes, convert_pandas_df_to_arrow_bytes

from lib.ui.kit.exports import csv_of, json_of
from lib.ui.kit.tables import frame_of, show_table


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


@pytest.fixture
def sent(monkeypatch):
    """What `show_table` gives to Streamlit."""
    tables = []
    monkeypatch.setattr(st, "dataframe", lambda table, **_: tables.append(table))
    return tables


def test_a_table_is_sent_as_streamlit_would_send_its_frame(sent):
    rows = [{"n": 1, "share": 0.5, "text": "kopi"}, {"n": None, "share": math.nan, "text": None}]
    show_table(rows, alt="")
    assert convert_arrow_table_to_arrow_bytes(sent[0]) == convert_pandas_df_to_arrow_bytes(frame_of(rows))


def test_the_same_rows_are_the_same_table_and_equal_numbers_of_another_kind_are_not(sent):
    for value in (1, 1.0, True, "1", 1):
        show_table([{"a": value}], alt="")
    assert [str(table.schema.field("a").type) for table in sent[:4]] == [
        "int64",
        "double",
        "large_string",
        "large_string",
    ]
    assert [table["a"].to_pylist() for table in sent[:4]] == [[1], [1.0], ["True"], ["1"]]
    assert sent[4] is sent[0]


def test_large_whole_numbers_have_commas_and_a_wide_tables_first_column_stays(monkeypatch):
    looks = []
    monkeypatch.setattr(st, "dataframe", lambda _table, **options: looks.append(options["column_config"]))
    row = {"kind": "LoRA", "parameters": 3_407_872, "year": 2024, "share": 0.5}
    show_table([row], alt="")
    show_table([row], alt="", column_config={"parameters": "mine"})
    show_table([{"kind": "LoRA", "parameters": 16}], alt="")
    first = looks[0]
    assert set(first) == {"kind", "parameters"}
    assert first["kind"]["pinned"]
    assert first["parameters"]["type_config"]["format"] == "localized"
    assert looks[1]["parameters"] == "mine"
    assert looks[2] == {}


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
