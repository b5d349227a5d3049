"""Published tables as figures."""

from __future__ import annotations

from functools import cache

import plotly.graph_objects as go

from lib.charts.theme import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, figure
from lib.quant.findings.published import PublishedTable

COLOURS = (GREY, RED, GREEN, ORANGE, BLUE, PURPLE)


@cache
def published(table: PublishedTable) -> go.Figure:
    """The table's message as the title, its figures as lines, bars or points. Drawn once: to be shown, not changed."""
    traces = {"lines": _lines, "bars": _bars, "points": _points}[table.kind](table)
    layout = {"legend": {"orientation": "h", "y": -0.28}} if table.kind == "lines" else {}
    if table.kind == "points":
        layout["xaxis"] = {"range": [2.5, 9.2]}
    if table.log_y:
        layout["yaxis"] = {"type": "log", "nticks": 6}
    return figure(table.message, table.x, table.y, height=400, traces=traces, **layout)


def _lines(table: PublishedTable) -> list[dict]:
    return [
        {
            "type": "scatter",
            "x": list(table.columns),
            "y": list(row.values),
            "mode": "lines+markers",
            "name": row.name,
            "line": {"color": colour, "width": 3},
            "marker": {"size": 8},
            "hovertemplate": "%{x}: %{y:,.5g}<extra>" + row.name + "</extra>",
        }
        for row, colour in zip(table.rows, COLOURS, strict=False)
    ]


def _bars(table: PublishedTable) -> list[dict]:
    values = table.rows[0].values
    best = min(values)
    return [
        {
            "type": "bar",
            "x": list(table.columns),
            "y": list(values),
            "marker": {"color": [GREEN if value == best else BLUE for value in values]},
            "text": [f"{value:g}" for value in values],
            "textposition": "auto",
            "hoverinfo": "skip",
        }
    ]


def _points(table: PublishedTable) -> list[dict]:
    rows = [row for row in table.rows if row.values[2] is not None]
    return [
        {
            "type": "scatter",
            "x": [row.values[0] for row in rows],
            "y": [row.values[2] for row in rows],
            "mode": "lines+markers+text",
            "line": {"color": BLUE, "width": 2},
            "marker": {"size": 9},
            "text": [row.name if place % 2 == 0 or place == len(rows) - 1 else "" for place, row in enumerate(rows)],
            "textposition": "top right",
            "customdata": [[row.name, row.values[1]] for row in rows],
            "hovertemplate": "%{customdata[0]}: KL %{y:.4f}, perplexity %{customdata[1]:.3f}, %{x} GiB<extra></extra>",
        }
    ]
