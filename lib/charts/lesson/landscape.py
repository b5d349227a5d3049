"""Language models by month: how large, how much they read; and both against each other."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from lib.charts.theme import BLUE, GREEN, GREY, ORANGE, PURPLE, figure
from lib.lesson.scaling.landscape import CHINCHILLA_RATIO, LanguageModel
from lib.units import format_count

Value = Callable[[LanguageModel], float]
Line = tuple[float, float, float]
"""Upright: where it stands, from where to where."""
NOT_DISCLOSED = "not disclosed"
KINDS = {
    (False, True): ("dense, open weights", BLUE, "circle"),
    (True, True): ("mixture of experts, open", ORANGE, "diamond"),
    (False, False): ("dense, closed", GREY, "circle-open"),
    (True, False): ("mixture of experts, closed", PURPLE, "diamond-open"),
}
WIDE, HIGH = 420, 330
"""Pixels of a plot for which names are placed so that none covers another: between a phone's and a projector's, whose
letters are larger."""
LETTER_PIXELS, LINE_PIXELS = 7.2, 15
MOST_COVERED = 0.5
LINE_COVERED = 0.4
"""A name across a thin line is still read; a name across a point is not."""
SPOTS = {
    "top center": (-0.5, 1),
    "bottom center": (-0.5, -1),
    "middle right": (0.06, 0),
    "middle left": (-1.06, 0),
    "top right": (0, 1),
    "top left": (-1, 1),
    "bottom right": (0, -1),
    "bottom left": (-1, -1),
}
"""Where a name may stand: its left edge in widths of itself, its middle in lines above the point."""


def over_time(models: Sequence[LanguageModel], what: str, title: str, *, names: bool = True) -> go.Figure:
    """A point a model: month against its `what`, "parameters" or "tokens", on a log axis.

    A mixture of experts has a line from the parameters that work on a token to all of them. Models that do not
    disclose stand on the lower edge.
    """
    known = [each for each in models if getattr(each, what)]
    traces = [_active_lines(known)] if what == "parameters" else []
    drawn = [each for each in known if each.moe and each.active_parameters] if what == "parameters" else []
    lines = [(each.month, math.log10(each.active_parameters), math.log10(each.parameters)) for each in drawn]
    traces += _points(
        known, lambda each: each.month, lambda each: getattr(each, what), log_x=False, names=names, lines=lines
    )
    lowest = min((getattr(each, what) for each in known), default=1e9)
    silent = [each for each in models if not getattr(each, what)]
    traces.append(_silent(silent, lowest / 2.2))
    unit = "parameters" if what == "parameters" else "tokens read"
    return figure(
        title,
        "",
        f"{unit}, log scale",
        height=470,
        traces=traces,
        yaxis={"type": "log", "exponentformat": "B", "dtick": 1},
        xaxis={"tick0": 2018, "dtick": 2, "tickformat": "d", "tickangle": 0},  # upright, they would reach the legend
        legend={"y": -0.12},
    )


def size_against_text(models: Sequence[LanguageModel], title: str, *, names: bool = True) -> go.Figure:
    """Parameters that work on a token against tokens read, with Chinchilla's 20 tokens per parameter as a line."""
    known = [each for each in models if each.tokens_per_parameter is not None]
    traces = _points(known, lambda each: each.active_parameters, lambda each: each.tokens, log_x=True, names=names)
    ends = [5e7, 1e12]
    traces.append(
        {
            "type": "scatter",
            "mode": "lines",
            "x": ends,
            "y": [CHINCHILLA_RATIO * end for end in ends],
            "line": {"color": GREEN, "width": 2, "dash": "dash"},
            "name": "20 tokens per parameter",
            "hoverinfo": "skip",
        }
    )
    return figure(
        title,
        "parameters at work, log scale",
        "tokens read, log scale",
        height=470,
        traces=traces,
        xaxis={"type": "log", "exponentformat": "B", "dtick": 1},
        yaxis={"type": "log", "exponentformat": "B", "dtick": 1, "range": [10.8, 14]},
        legend={"y": -0.22},
    )


def told(model: LanguageModel) -> str:
    """Everything known of a model, for a box that opens over its point."""
    size = _count(model.parameters)
    if model.moe and model.active_parameters:
        size += f", {format_count(model.active_parameters)} active"
    rows = [f"<b>{escape(model.name)}</b>, {escape(model.organisation)}, {model.released}", f"parameters: {size}"]
    return "<br>".join([*rows, f"tokens: {_count(model.tokens)}"])


def _count(value: float | None) -> str:
    return NOT_DISCLOSED if value is None else format_count(value)


def _points(
    models: Sequence[LanguageModel], x: Value, y: Value, *, log_x: bool, names: bool, lines: Sequence[Line] = ()
) -> list[dict]:
    places = {each.name: ((math.log10(x(each)) if log_x else x(each)), math.log10(y(each))) for each in models}
    spots = _spots([each.name for each in models if names and each.named], places, lines)
    traces = []
    for (moe, is_open), (name, colour, symbol) in KINDS.items():
        mine = [each for each in models if bool(each.moe) == moe and each.open_weights == is_open]
        if mine:
            traces.append(
                {
                    "type": "scatter",
                    "mode": "markers+text",
                    "name": name,
                    "x": [x(each) for each in mine],
                    "y": [y(each) for each in mine],
                    "text": [f"<b>{escape(each.name)}</b>" if each.name in spots else "" for each in mine],
                    "textposition": [spots.get(each.name, "top center") for each in mine],
                    "textfont": {"size": 12, "color": colour},
                    "cliponaxis": False,
                    "marker": {"size": 9, "color": colour, "symbol": symbol, "line": {"width": 2, "color": colour}},
                    "hovertext": [told(each) for each in mine],
                    "hoverinfo": "text",
                }
            )
    return traces


def _spots(
    names: Sequence[str], places: Mapping[str, tuple[float, float]], lines: Sequence[Line] = ()
) -> dict[str, str]:
    """Where each name stands; one that would cover another, or a point, wherever it stood is left out."""
    if not places:
        return {}
    points = np.array(list(places.values()))
    low, span = points.min(axis=0), np.maximum(np.ptp(points, axis=0), 1e-9)
    pixels = (points - low) / span * (WIDE, HIGH)
    upright = (np.array(lines).reshape(-1, 3) - low[[0, 1, 1]]) / span[[0, 1, 1]] * (WIDE, HIGH, HIGH)
    taken, spots = [], {}
    for name in names:
        at = (np.array(places[name]) - low) / span * (WIDE, HIGH)
        tried = [(_covered(box, pixels, upright, taken), spot, box) for spot, box in _boxes(at, len(name))]
        covered, spot, box = min(tried, key=lambda each: each[0])
        if covered <= MOST_COVERED:
            spots[name] = spot
            taken.append(box)
    return spots


def _boxes(at: np.ndarray, letters: int) -> list[tuple[str, tuple[float, float, float, float]]]:
    """(Spot, left, right, lower and upper edge) of a name of so many letters, wherever it may stand."""
    width = letters * LETTER_PIXELS
    found = []
    for spot, (left, lines) in SPOTS.items():
        x, y = at[0] + left * width, at[1] + lines * LINE_PIXELS
        found.append((spot, (x, x + width, y - LINE_PIXELS / 2, y + LINE_PIXELS / 2)))
    return found


def _covered(
    box: tuple[float, float, float, float], points: np.ndarray, upright: np.ndarray, taken: Sequence[tuple]
) -> float:
    """How many points lie under a name, and a little for each line; infinity if another name does, or it leaves the
    plot."""
    left, right, low, high = box
    if right > WIDE + 10 or left < -10:
        return math.inf
    if any(left < other[1] and other[0] < right and low < other[3] and other[2] < high for other in taken):
        return math.inf
    x, y = points[:, 0], points[:, 1]
    under = ((x > left - 4) & (x < right + 4) & (y > low - 3) & (y < high + 3)).sum()
    at, begins, ends = upright.T
    crossed = ((at > left) & (at < right) & (begins < high) & (ends > low)).sum()
    return float(under + LINE_COVERED * crossed)


def _active_lines(models: Sequence[LanguageModel]) -> dict:
    xs, ys = [], []
    for each in models:
        if each.moe and each.active_parameters:
            xs += [each.month, each.month, None]
            ys += [each.active_parameters, each.parameters, None]
    line = {"color": ORANGE, "width": 1.5}
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "from active to all",
        "x": xs,
        "y": ys,
        "line": line,
        "opacity": 0.6,
        "hoverinfo": "skip",
    }


def _silent(models: Sequence[LanguageModel], at: float) -> dict:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": NOT_DISCLOSED,
        "x": [each.month for each in models],
        "y": [at] * len(models),
        "marker": {"size": 11, "color": GREY, "symbol": "x-thin", "line": {"width": 2, "color": GREY}},
        "hovertext": [told(each) for each in models],
        "hoverinfo": "text",
        "cliponaxis": False,
    }
