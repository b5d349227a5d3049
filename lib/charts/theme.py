"""What every figure shares: colours with fixed meanings, sizes readable from the back of a room.

Backgrounds are transparent and text takes the app's theme, so that one figure serves light and dark.
"""

from __future__ import annotations

import textwrap
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from lib.charts.drawing import Drawing

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

TITLE_CHARACTERS = 36  # of a line: what fits on a screen 390 pixels wide
AXIS_CHARACTERS = 30  # of a line under the x-axis: in the middle of a plot that leaves half of such a screen to labels
TITLE_LINE_PIXELS = 25
AXIS_LINE_PIXELS = 20
ABOVE_PLOT_PIXELS = 56  # one line of a title and some air
# plotly draws the first line so far above where the title is anchored, and further above if there are more lines.
RISE_PIXELS, RISE_OF_SEVERAL_PIXELS = 6, 19
EDGE_PIXELS = 6

VALIDATE = False
"""Whether plotly looks up every property by name. The tests do; at every move of a slider it would cost 5 ms of 17."""

AXIS = {"tickfont": {"size": 14}, "automargin": True}


def figure(
    title: str = "",
    x: str = "",
    y: str = "",
    *,
    height: int = 380,
    traces: Sequence[dict] = (),
    above: int = ABOVE_PLOT_PIXELS,
    **layout: Any,
) -> go.Figure:
    """A figure in the app's look; `title` states the message, `x` and `y` name the axes with their units.

    A long title takes several lines, and so does `x`; the figure grows so that the plot keeps its `height`. `above` is
    the room over the plot in pixels, for one line. `traces` and `layout` are plotly's own dictionaries, `layout`'s
    entries laid over the app's. Made from one dictionary: by `update_layout` and `update_xaxes` the look takes 10 times
    as long (7 ms).
    """
    lines, below = _lines(title, TITLE_CHARACTERS), _lines(x, AXIS_CHARACTERS)
    more = TITLE_LINE_PIXELS * max(0, len(lines) - 1)
    whole = height + more + AXIS_LINE_PIXELS * max(0, len(below) - 1)
    look = {
        "title": _title_layout(lines, whole),
        "height": whole,
        "margin": {"l": 8, "r": 8, "t": above + more if lines else 16, "b": 8},
        "font": {"size": 15},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "hoverlabel": {"font": {"size": 14}},
        # Streamlit's own 12 pixels cannot be read from the back; the order is that of bars and lines, not the reverse.
        "legend": {"orientation": "h", "y": -0.2, "x": 0, "font": {"size": 15}, "traceorder": "normal"},
        "bargap": 0.3,
        "xaxis": {"title": {"text": "<br>".join(below), "font": {"size": 15}}, **AXIS},
        "yaxis": {"title": {"text": y, "font": {"size": 15}}, **AXIS},
    }
    return Drawing({"data": list(traces), "layout": _merged(look, layout)}, validate=VALIDATE)


def _lines(text: str, most: int) -> list[str]:
    """As few lines of at most so many characters as will do, about equally long, so that the last is not one word."""
    widths = range(most // 2, most + 1)
    fewest = len(_wrapped(text, widths[-1]))
    narrowest = bisect_left(widths, -fewest, key=lambda width: -len(_wrapped(text, width)))
    return _wrapped(text, widths[narrowest])


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_on_hyphens=False)


def _title_layout(lines: Sequence[str], height: int) -> dict:
    """Its first line just under the upper edge, the others below it: left to itself, the first would be cut."""
    anchor = EDGE_PIXELS + (RISE_PIXELS if len(lines) < 2 else RISE_OF_SEVERAL_PIXELS)
    return {
        "text": "<br>".join(lines),
        "font": {"size": 19},
        "x": 0,
        "xanchor": "left",
        "yref": "container",
        "y": 1 - anchor / height,
        "yanchor": "top",
        "automargin": False,
    }


def _merged(base: dict, over: dict) -> dict:
    result = dict(base)
    for key, value in over.items():
        old = result.get(key)
        result[key] = _merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return result


def line(axis: str, at: float, **style: Any) -> dict:
    """For `shapes`: a straight line across the plot, at a value of `axis` ("x" or "y")."""
    other = "y" if axis == "x" else "x"
    ends = {f"{axis}0": at, f"{axis}1": at, f"{other}0": 0, f"{other}1": 1, f"{other}ref": "paper"}
    return {"type": "line", "line": style, **ends}


def label(x: float, y: float, text: str, **more: Any) -> dict:
    """For `annotations`: bold words at a point."""
    return {"x": x, "y": y, "text": f"<b>{text}</b>", "showarrow": False, **more}


def end_label(x: float, y: float, text: str, colour: str) -> dict:
    """For `annotations`: the name of a line at its end, instead of in a legend."""
    return label(x, y, text, xanchor="left", xshift=8, font={"color": colour, "size": 15})
