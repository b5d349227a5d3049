"""Figures of the number formats: where a value lands, and how far apart the neighbours are."""

from __future__ import annotations

import math

import numpy as np
import plotly.graph_objects as go

from lib.charts.theme import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, SEQUENCE, YELLOW, figure, line
from lib.quant.formats.arithmetic import WorkedExample
from lib.quant.formats.codebook import codebook
from lib.quant.formats.explore import StoredValue
from lib.quant.formats.formats import FloatFormat, NumberFormat

COLOURS = {
    "fp32": GREY,
    "bf16": BLUE,
    "fp16": ORANGE,
    "fp8-e4m3": PURPLE,
    "fp8-e5m2": PURPLE,
    "int8": RED,
    "int4": YELLOW,
    "nf4": GREEN,
}
DASHES = {"fp8-e5m2": "dot"}


def landing(stored: StoredValue) -> go.Figure:
    """The asked value among the values the format has near it."""
    ladder = _ladder(stored)
    share = abs(stored.error) / stored.gap if stored.gap else 0.0
    title = f"Stored exactly: {_six_digits(stored.stored)}" if stored.error == 0 else f"Off by {share:.0%} of a gap"
    if stored.kind == "clipped":
        title = f"Beyond the end: clipped to {_six_digits(stored.stored)}"
    values = {
        "type": "scatter",
        "x": ladder,
        "y": [0] * len(ladder),
        "mode": "markers",
        "marker": {"symbol": "line-ns", "size": 26, "line": {"width": 3, "color": GREY}},
        "hovertemplate": "%{x:.10g}<extra>a value it has</extra>",
    }
    return figure(
        title,
        height=190,
        traces=[
            values,
            _named_value(stored.stored, "stored", {"size": 18, "color": BLUE}, "bottom center"),
            _named_value(stored.asked, "asked", {"size": 14, "color": ORANGE, "symbol": "diamond"}, "top center"),
        ],
        showlegend=False,
        xaxis={"nticks": 5, "exponentformat": "e", "showgrid": False},
        yaxis={"visible": False, "range": [-1, 1]},
    )


def _named_value(value: float, name: str, marker: dict, place: str) -> dict:
    return {
        "type": "scatter",
        "x": [value],
        "y": [0],
        "mode": "markers+text",
        "marker": marker,
        "text": [name],
        "textposition": place,
        "textfont": {"color": marker["color"], "size": 15},
        "hovertemplate": "%{x:.10g}<extra>" + name + "</extra>",
    }


def _ladder(stored: StoredValue) -> list[float]:
    """A few representable values on either side of the stored one."""
    fmt, values = stored.format, [stored.stored]
    if not isinstance(fmt, FloatFormat):
        return (
            sorted({float(value) for value in fmt.decode(np.arange(2**fmt.bits))}) if fmt.bits <= 4 else _near(stored)
        )
    code = int(fmt.encode(abs(stored.stored)))
    for step in range(1, 4):
        for neighbour in (code - step, code + step):
            if 0 <= neighbour < 2 ** (fmt.bits - 1):
                value = float(fmt.decode(neighbour))
                values.append(math.copysign(value, stored.stored or 1.0))
    return sorted({value for value in values if math.isfinite(value)})


def _near(stored: StoredValue) -> list[float]:
    values = np.unique(stored.format.decode(np.arange(2**stored.format.bits)))
    place = int(np.argmin(np.abs(values - stored.stored)))
    return [float(value) for value in values[max(0, place - 3) : place + 4]]


def gaps(formats: dict[str, NumberFormat], chosen: str, value: float) -> go.Figure:
    """Distance between neighbours against magnitude, for every format; logarithmic both ways."""
    at_value = value and math.isfinite(value) and 1e-10 < abs(value) < 1e10
    return figure(
        "Floats have a gap that grows with the value; integers have one gap",
        "size of the value",
        "gap",
        height=420,
        traces=[_gap_trace(name, fmt, is_chosen=name == chosen) for name, fmt in formats.items()],
        shapes=[line("x", abs(value), color=GREY, dash="dot", width=2)] if at_value else [],
        xaxis={"type": "log", "range": [-8, 6], "exponentformat": "power", "dtick": 2},
        yaxis={"type": "log", "range": [-12, 5], "exponentformat": "power", "dtick": 3},
        legend={"orientation": "h", "y": -0.25},
    )


def _gap_trace(name: str, fmt: NumberFormat, *, is_chosen: bool) -> dict:
    x, y = _gap_line(fmt)
    return {
        "type": "scatter",
        "x": x,
        "y": y,
        "mode": "lines",
        "line": {
            "color": COLOURS[name],
            "width": 5 if is_chosen else 2,
            "dash": DASHES.get(name),
            "shape": "hv",
        },
        "opacity": 1.0 if is_chosen else 0.65,
        "name": name,
        "hovertemplate": "at %{x:.3g} the gap is %{y:.3g}<extra>" + name + "</extra>",
    }


def _gap_line(fmt: NumberFormat) -> tuple[list[float], list[float]]:
    if isinstance(fmt, FloatFormat):
        top = min(20, math.frexp(fmt.largest)[1] - 1)
        exponents = range(max(-27, 1 - fmt.bias), top + 1)
        start = [(fmt.smallest, fmt.smallest)] if fmt.smallest > 1e-8 else []
        points = start + [(2.0**e, 2.0 ** (e - fmt.fraction_bits)) for e in exponents]
        points.append((fmt.largest, points[-1][1]))
        return [x for x, _ in points], [y for _, y in points]
    values = np.unique(fmt.decode(np.arange(2**fmt.bits)))
    values = values[values >= 0]
    gaps_above = np.diff(values)
    return [*np.maximum(values[:-1], 1e-8), fmt.largest], [*gaps_above, gaps_above[-1]]


def grid_of_eight(example: WorkedExample) -> go.Figure:
    """Eight numbers above, the grid below, and where each one falls."""
    grid = _grid(example)
    told = "levels crowd around zero" if example.scheme == "nf4" else "at most half a step"
    levels = {
        "type": "scatter",
        "x": grid,
        "y": [0] * len(grid),
        "mode": "markers",
        "marker": {"symbol": "line-ns", "size": 22, "line": {"width": 2, "color": GREY}},
        "hovertemplate": "%{x:.4g}<extra>level</extra>",
    }
    falls = [
        {
            "type": "scatter",
            "x": [step.value, step.restored],
            "y": [1, 0],
            "mode": "lines+markers",
            "line": {"color": SEQUENCE[index % len(SEQUENCE)], "width": 2},
            "marker": {"color": SEQUENCE[index % len(SEQUENCE)], "size": [12, 8]},
            "hovertemplate": "%{x:.4g}<extra></extra>",
        }
        for index, step in enumerate(example.steps)
    ]
    return figure(
        f"Largest error {example.largest_error:.3g}: {told}",
        "value",
        height=240,
        traces=[levels, *falls],
        showlegend=False,
        yaxis={"tickvals": [0, 1], "ticktext": ["grid", "yours"], "range": [-0.3, 1.3], "showgrid": False},
    )


def _grid(example: WorkedExample) -> list[float]:
    if example.scheme == "nf4":
        return [float(level) * example.scale for level in codebook("nf4").levels]
    if example.scheme == "absmax":
        top = 2 ** (example.bits - 1) - 1
        return [code * example.scale for code in range(-top, top + 1)]
    return [(code - example.zero) * example.scale for code in range(2**example.bits)]


def _six_digits(value: float) -> str:
    return f"{value:.6g}"
