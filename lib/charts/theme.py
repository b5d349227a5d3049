"""What every figure shares: colours with fixed meanings, sizes readable from the back of a room.

Backgrounds are transparent and text takes the app's theme, so that one figure serves light and dark.
"""

from __future__ import annotations

import plotly.graph_objects as go

BLUE, ORANGE, GREEN, PURPLE, YELLOW, RED, GREY = (
    "#2f7fb8",
    "#e07b39",
    "#2a9d6e",
    "#a06cc4",
    "#c99a12",
    "#cf4a5c",
    "#8a8178",
)
SEQUENCE = (BLUE, ORANGE, GREEN, PURPLE, YELLOW, RED, GREY)


def figure(title: str = "", x: str = "", y: str = "", *, height: int = 380) -> go.Figure:
    """An empty figure; `title` states the message, `x` and `y` name the axes with their units."""
    empty = go.Figure()
    empty.update_layout(
        title={"text": title, "font": {"size": 19}, "x": 0, "xanchor": "left", "automargin": True, "yref": "container"},
        height=height,
        margin={"l": 8, "r": 8, "t": 56 if title else 16, "b": 8},
        font={"size": 15},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        hoverlabel={"font": {"size": 14}},
        legend={"orientation": "h", "y": -0.2, "x": 0},
        bargap=0.3,
    )
    empty.update_xaxes(title={"text": x, "font": {"size": 15}}, tickfont={"size": 14}, automargin=True)
    empty.update_yaxes(title={"text": y, "font": {"size": 15}}, tickfont={"size": 14}, automargin=True)
    return empty


def direct_label(fig: go.Figure, x: float, y: float, text: str, colour: str, *, shift: int = 8) -> None:
    """Name a line at its end instead of in a legend."""
    fig.add_annotation(
        x=x,
        y=y,
        text=f"<b>{text}</b>",
        showarrow=False,
        xanchor="left",
        xshift=shift,
        font={"color": colour, "size": 15},
    )
