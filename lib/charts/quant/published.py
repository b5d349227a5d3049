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
    fig = figure(table.message, table.x, table.y, height=400)
    {"lines": _lines, "bars": _bars, "points": _points}[table.kind](fig, table)
    if table.log_y:
        fig.update_yaxes(type="log", nticks=6)
    return fig


def _lines(fig: go.Figure, table: PublishedTable) -> None:
    for row, colour in zip(table.rows, COLOURS, strict=False):
        fig.add_scatter(
            x=list(table.columns),
            y=list(row.values),
            mode="lines+markers",
            name=row.name,
            line={"color": colour, "width": 3},
            marker={"size": 8},
            hovertemplate="%{x}: %{y:,.5g}<extra>" + row.name + "</extra>",
        )
    fig.update_layout(legend={"orientation": "h", "y": -0.28})


def _bars(fig: go.Figure, table: PublishedTable) -> None:
    values = table.rows[0].values
    best = min(values)
    fig.add_bar(
        x=list(table.columns),
        y=list(values),
        marker={"color": [GREEN if value == best else BLUE for value in values]},
        text=[f"{value:g}" for value in values],
        textposition="auto",
        hoverinfo="skip",
    )


def _points(fig: go.Figure, table: PublishedTable) -> None:
    rows = [row for row in table.rows if row.values[2] is not None]
    fig.add_scatter(
        x=[row.values[0] for row in rows],
        y=[row.values[2] for row in rows],
        mode="lines+markers+text",
        line={"color": BLUE, "width": 2},
        marker={"size": 9},
        text=[row.name if place % 2 == 0 or place == len(rows) - 1 else "" for place, row in enumerate(rows)],
        textposition="top right",
        customdata=[[row.name, row.values[1]] for row in rows],
        hovertemplate="%{customdata[0]}: KL %{y:.4f}, perplexity %{customdata[1]:.3f}, %{x} GiB<extra></extra>",
    )
    fig.update_xaxes(range=[2.5, 9.2])
