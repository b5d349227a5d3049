"""A figure whose title states a message in a sentence, on as many lines as a phone needs for it."""

from __future__ import annotations

import textwrap

import plotly.graph_objects as go

from lib.charts.theme import figure

CHARACTERS = 36
"""Of a line: what fits on a screen 390 pixels wide."""
LINE_PIXELS, ABOVE_PIXELS, ROOM_PIXELS = 25, 10, 56
RISE_PIXELS = 18
"""How far Streamlit's theme lifts the first line for every further one."""


def headlined(title: str, x: str = "", y: str = "", *, height: int = 380) -> go.Figure:
    """The theme's figure with its title wrapped, its first line at the top and room for all of them above the plot."""
    lines = textwrap.wrap(title, CHARACTERS) or [""]
    more = LINE_PIXELS * (len(lines) - 1)
    fig = figure("<br>".join(lines), x, y, height=height + more)
    above = ABOVE_PIXELS + RISE_PIXELS * (len(lines) - 1)
    place = {"yref": "container", "y": 1 - above / (height + more), "yanchor": "top", "automargin": False}
    return fig.update_layout(title=place, margin={"t": ROOM_PIXELS + more})
