"""Helpful, honest, harmless in figures: how each value pulls at each pair of answers."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from lib.alignment.values.pairs import VALUES
from lib.alignment.values.weighing import Weighed
from lib.charts.theme import BLUE, GREEN, GREY, ORANGE, PURPLE, figure, line

COLOURS = {"helpful": BLUE, "honest": ORANGE, "harmless": GREEN}
PATTERNS = {"helpful": "", "honest": "/", "harmless": "\\"}
ROW_PIXELS = 58
BELOW_BAR = 0.42
TOO_NARROW = 0.09
"""A pull smaller than this has no room for its name."""


def pulls(rows: Sequence[Weighed], title: str) -> go.Figure:
    """For each pair a bar a value, towards the answer that it prefers; under it a triangle where they balance."""
    places = list(range(len(rows)))
    bars = [
        {
            "type": "bar",
            "orientation": "h",
            "name": value,
            "y": places,
            "width": 0.6,
            "x": [row.pull(value) for row in rows],
            "text": [value if abs(row.pull(value)) > TOO_NARROW else "" for row in rows],
            "textposition": "inside",
            "insidetextanchor": "middle",
            "textfont": {"color": "white", "size": 13},
            "textangle": 0,
            "marker": {
                "color": COLOURS[value],
                "pattern": {"shape": PATTERNS[value], "solidity": 0.15, "size": 7, "fillmode": "overlay"},
            },
            "hovertemplate": f"{value}: %{{x:+.2f}}<extra></extra>",
        }
        for value in VALUES
    ]
    balance = {
        "type": "scatter",
        "mode": "markers",
        "name": "together",
        "x": [row.margin for row in rows],
        "y": [place + BELOW_BAR for place in places],
        "cliponaxis": False,
        "marker": {"symbol": "triangle-up", "size": 14, "color": PURPLE},
        "hovertemplate": "together: %{x:+.2f}<extra></extra>",
    }
    return figure(
        title,
        "← first · second answer →",
        height=ROW_PIXELS * len(rows) + 110,
        traces=[*bars, balance],
        barmode="relative",
        xaxis={"range": [-1.04, 1.04], "tickvals": [-1, -0.5, 0, 0.5, 1], "fixedrange": True},
        yaxis={
            "range": [len(rows) - 0.4, -0.5],
            "tickvals": places,
            "ticktext": [_name(row) for row in rows],
            "fixedrange": True,
            "showgrid": False,
        },
        uniformtext={"mode": "hide", "minsize": 10},
        legend={"y": -0.16},
        shapes=[line("x", 0, color=GREY, width=2)],
    )


def _name(row: Weighed) -> str:
    ends = f"→ {row.winner_name}" if row.winner_name else "→ undecided"
    return f"{row.pair.title}<br><b>{ends}</b>"
