"""The triangle of training: drag the point, see which way of training wins there."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from lib.charts.theme import BLUE, GREEN, GREY, ORANGE, figure, label
from lib.memory.train.dilemma import Way

COLOURS = {"full": ORANGE, "lora": BLUE, "qlora": GREEN}
NAMES = {"full": "Full training", "lora": "LoRA", "qlora": "QLoRA"}
HEIGHT = 3**0.5 / 2
CORNERS = (
    (0, 0, "little memory", "top", "left"),
    (1, 0, "little computing", "top", "right"),
    (0.5, HEIGHT, "nothing given up", "bottom", "center"),
)


def triangle_point(memory: float, computing: float, kept: float) -> tuple[float, float]:
    """A point of the triangle: memory bottom left, computing bottom right, nothing given up on top."""
    whole = memory + computing + kept
    return (computing + kept / 2) / whole, HEIGHT * kept / whole


def triangle(grid: Sequence[tuple[int, int, int, Way]], chosen: tuple[float, float, float], title: str) -> go.Figure:
    """Every grid point coloured by the winning method; the large marker is where the student stands."""
    outline = {
        "type": "scatter",
        "x": [0, 1, 0.5, 0],
        "y": [0, 0, HEIGHT, 0],
        "mode": "lines",
        "line": {"color": GREY, "width": 2},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    x, y = triangle_point(*chosen)
    standing = {
        "type": "scatter",
        "x": [x],
        "y": [y],
        "mode": "markers",
        "marker": {"size": 30, "color": "#111111", "line": {"width": 4, "color": "#ffffff"}},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    corners = [
        label(
            at_x,
            at_y,
            text,
            yanchor=side,
            xanchor=align,
            yshift=16 if side == "bottom" else -16,
            font={"size": 17},
        )
        for at_x, at_y, text, side, align in CORNERS
    ]
    return figure(
        title,
        height=480,
        traces=[outline, *(_points_won_by(method, grid) for method in COLOURS), standing],
        annotations=corners,
        clickmode="event+select",
        legend={"y": -0.02, "font": {"size": 15}},
        xaxis={"visible": False, "range": [-0.06, 1.06]},
        yaxis={"visible": False, "range": [-0.16, HEIGHT + 0.14], "scaleanchor": "x"},
    )


def _points_won_by(method: str, grid: Sequence[tuple[int, int, int, Way]]) -> dict:
    """The grid points where one method wins."""
    points = [point for point in grid if point[3].setup.method == method]
    where = [triangle_point(*point[:3]) for point in points]
    return {
        "type": "scatter",
        "x": [x for x, _ in where],
        "y": [y for _, y in where],
        "mode": "markers",
        "name": NAMES[method],
        "marker": {"size": 17, "color": COLOURS[method], "opacity": 0.75, "symbol": "hexagon2"},
        "customdata": [list(point[:3]) for point in points],
        "text": [point[3].label for point in points],
        "hovertemplate": "%{text}<extra>click to stand here</extra>",
    }
