"""What a figure shows, in words with its numbers: the text alternative of a chart that nobody has described better."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from lib.charts.drawing import parts_of
from lib.units import format_power

MOST_BARS, MOST_TRACES = 12, 8


def in_words(figure: go.Figure, what: str = "") -> str:
    """`what` or else the figure's title, its axes, and of each trace the numbers that a reader would look for.

    Bars by name and length, up to a dozen; of a line its ends, its lowest and its highest point; of a map the range.
    """
    parts = parts_of(figure)
    title = _plain(what or _title(parts["layout"]))
    axes = [_plain(_title(parts["layout"].get(axis) or {})) for axis in ("yaxis", "xaxis")]
    drawn = [words for trace in parts["data"] if (words := _trace(trace))]
    more = len(drawn) - MOST_TRACES
    said = [title, " against ".join(filter(None, axes)), *drawn[:MOST_TRACES], f"and {more} more" if more > 0 else ""]
    return ". ".join(filter(None, said)) + "."


def _title(part: Mapping[str, Any]) -> str:
    """Of the whole or of an axis."""
    return (part.get("title") or {}).get("text") or ""


def _trace(trace: Mapping[str, Any]) -> str:
    name = f"{_plain(trace['name'])}: " if trace.get("name") else ""
    if trace["type"] == "heatmap":
        numbers = [number for row in trace["z"] for number in _numbers(row)]
        return f"{name}from {_short(min(numbers))} to {_short(max(numbers))}" if numbers else ""
    x, y = trace.get("x"), trace.get("y")
    if x is None or y is None:
        return ""
    across = trace["type"] == "bar" and trace.get("orientation") == "h"
    names, values = (y, x) if across else (x, y)
    points = [(x, float(y)) for x, y in zip(names, values, strict=False) if _is_number(y)]
    if not points:
        return ""
    if len(points) <= MOST_BARS:
        return name + "; ".join(f"{_at(x)} {_short(y)}" for x, y in points)
    low, high = min(points, key=lambda each: each[1]), max(points, key=lambda each: each[1])
    ends = f"from {_short(points[0][1])} at {_at(points[0][0])} to {_short(points[-1][1])} at {_at(points[-1][0])}"
    return f"{name}{ends}, lowest {_short(low[1])} at {_at(low[0])}, highest {_short(high[1])} at {_at(high[0])}"


def _numbers(values: Iterable[Any]) -> Sequence[float]:
    return [float(value) for value in values if _is_number(value)]


def _is_number(value: Any) -> bool:
    try:
        return math.isfinite(float(value))
    except (TypeError, ValueError):
        return False


def _short(number: float) -> str:
    if abs(number) >= 1e9:
        return format_power(number)
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.3g}"


def _at(value: Any) -> str:
    return _short(float(value)) if _is_number(value) else _plain(str(value))


def _plain(text: str) -> str:
    """Without plotly's tags; the line breaks of a title are spaces."""
    return re.sub(r"<[^>]+>", "", text.replace("<br>", " ")).strip()
