"""Titles that state a message, broken so that a phone shows all of it."""

from __future__ import annotations

import textwrap

import plotly.graph_objects as go

from lib.charts.theme import figure

LINE = 36  # characters of a title that fit on a screen 390 pixels wide
LINE_PIXELS = 24
GAP_PIXELS = 14
AXIS_PIXELS = 110  # of the height: title above, axis and its name below


def titled(title: str, x: str = "", y: str = "", *, height: int = 380) -> go.Figure:
    """`figure` with its title on as many lines as it needs, and room above for them."""
    lines = textwrap.wrap(title, LINE) or [""]
    more = LINE_PIXELS * (len(lines) - 1)
    fig = figure("<br>".join(lines), x, y, height=height + more)
    # Anchored to the plot and growing upwards: anchored to the top, Streamlit's theme would cut the first line.
    title = {"yref": "paper", "y": 1, "yanchor": "bottom", "automargin": False}
    # plotly lets a second line hang below the anchor, so the plot begins that much lower.
    fig.update_yaxes(domain=[0, 1 - (GAP_PIXELS + more) / (height - AXIS_PIXELS)])
    return fig.update_layout(title=title, margin={"t": 44})
