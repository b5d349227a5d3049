"""What a step keeps, measured beside calculated, for a set-up and those that differ from it in one thing."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from lib.charts.theme import BLUE, GREY, ORANGE, figure
from lib.training.weigh.weighing import HERE, Comparison
from lib.units import MB


def kept_bytes(rows: Sequence[Comparison]) -> go.Figure:
    """A bar each for what was measured, a diamond for what the calculator says."""
    names = [row.name for row in rows]
    measured = [row.measured.kept_bytes / MB for row in rows]
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": names,
        "x": measured,
        "marker": {"color": [BLUE if name == HERE else GREY for name in names]},
        "text": [f"{value:,.1f} MB" for value in measured],
        "textposition": "inside",
        "insidetextanchor": "start",
        "textfont": {"color": "#ffffff", "size": 15},
        "name": "measured",
    }
    diamonds = {
        "type": "scatter",
        "y": names,
        "x": [row.calculated.kept_bytes / MB for row in rows],
        "mode": "markers",
        "marker": {"symbol": "diamond", "size": 15, "color": ORANGE, "line": {"color": "#ffffff", "width": 1}},
        "name": "calculated",
    }
    first = rows[0]
    title = (
        f"Kept for the backward pass: {first.measured.kept_bytes / MB:,.1f}\u00a0MB measured, "
        f"{first.calculated.kept_bytes / MB:,.1f}\u00a0MB calculated"
    )
    return figure(
        title,
        "MB kept",
        height=100 + 46 * len(rows),
        traces=[bars, diamonds],
        yaxis={"autorange": "reversed"},
        legend={"y": -0.35},
    )


def describe_kept_bytes(rows: Sequence[Comparison]) -> str:
    said = (
        f"{row.name}: {row.measured.kept_bytes / MB:,.1f} MB measured, {row.calculated.kept_bytes / MB:,.1f} calculated"
        for row in rows
    )
    return "Kept for the backward pass. " + "; ".join(said)
