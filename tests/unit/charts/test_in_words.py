"""A chart in words: what a reader who cannot see it would ask for, with its numbers."""

from __future__ import annotations

import ast
import math

import numpy as np

from lib.charts.in_words import in_words
from lib.charts.theme import figure
from lib.places import ROOT

DRAWS = "plotly_chart"


def test_a_line_has_its_ends_its_lowest_and_its_highest():
    x = list(range(100))
    line = {"type": "scatter", "name": "held out", "x": x, "y": [(each - 60) ** 2 for each in x]}
    told = in_words(figure("Loss falls,<br>then rises", "step", "nats", traces=[line]))
    assert told.startswith("Loss falls, then rises. nats against step. held out: ")
    assert "from 3,600 at 0 to 1,521 at 99, lowest 0 at 60, highest 3,600 at 0" in told


def test_bars_are_named_whichever_way_they_lie():
    standing = {"type": "bar", "x": ["nf4", "int8"], "y": [0.5, 1.0]}
    lying = {"type": "bar", "orientation": "h", "y": ["nf4", "int8"], "x": [0.5, 1.0]}
    for bars in (standing, lying):
        assert "nf4 0.5; int8 1" in in_words(figure("", traces=[bars]))


def test_a_map_has_its_range_and_what_is_no_number_is_left_out():
    told = in_words(figure("KL", traces=[{"type": "heatmap", "z": np.array([[0.25, np.nan], [3.0, np.inf]])}]))
    assert told == "KL. from 0.25 to 3."
    line = {"type": "scatter", "x": ["a", "b", "c"], "y": [1.0, None, math.nan]}
    assert in_words(figure("", traces=[line]), "What") == "What. a 1."


def test_many_traces_are_counted_and_an_empty_chart_has_its_title():
    lines = [{"type": "scatter", "name": str(each), "x": [0], "y": [each]} for each in range(12)]
    assert in_words(figure("", traces=lines)).endswith("and 4 more.")
    assert in_words(figure("Nothing yet")) == "Nothing yet."


def test_every_chart_has_a_text_alternative_that_is_made_of_what_is_drawn():
    fixed, drawn = [], 0
    for file in sorted((ROOT / "lib" / "ui").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == DRAWS:
                drawn += 1
                alt = next((each.value for each in node.keywords if each.arg == "alt"), None)
                if alt is None or isinstance(alt, ast.Constant):
                    fixed.append((file.name, ast.unparse(alt) if alt else None))
    assert drawn > 80
    assert not fixed
