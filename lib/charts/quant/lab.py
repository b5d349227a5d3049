"""Figures of the quantization lab: quality and speed against bytes, the layer map, published results."""

from __future__ import annotations

import math
from collections.abc import Sequence

import plotly.graph_objects as go

from lib.charts.theme import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, figure, line
from lib.quant.findings.recorded import RecordedRun
from lib.quant.findings.results import Results, pareto_front, short
from lib.quant.findings.verdict import NEARLY_FREE_PERCENT, front_points
from lib.quant.layer_map.result import SensitivityMap
from lib.quant.measure.run import ROUND_TO_NEAREST, RowMeasured
from lib.units import MB, format_count

COLOURS = {"fp32": GREY, "bf16": BLUE, "fp16": BLUE, "int8": ORANGE, "fp4": PURPLE, "nf4": GREEN, "nf4-double": GREEN}
ROUNDED = RED
SHOWN_BY_SIZE = ("bf16", "fp16", "int8", "nf4")
# Rows always come in the same order of size, so the place of each label can be fixed: no two then collide.
QUALITY_LABELS = {
    "fp32": "top center",
    "bf16": "top center",
    "fp16": "bottom center",
    "int8": "bottom center",
    "fp4": "middle right",
    "nf4": "top right",
    "nf4-double": "top left",
    "rtn8": "top right",
    "rtn7": "top center",
    "rtn6": "top right",
    "rtn5": "top right",
    "rtn4": "bottom left",
}
OFF_SCALE_LABELS = {"rtn3": "middle right"}  # beside the mark; all others go below theirs
SPEED_LABELS = {
    "fp32": "middle left",
    "bf16": "middle right",
    "fp16": "middle left",
    "int8": "middle right",
    "nf4-double": "middle left",
}
OFF_SCALE = (1.06, 1.2, 1.4, 1.7, 2.0)
"""A perplexity above so many times the lowest is drawn at the upper edge, so that the others stay apart."""
MOST_OFF_SCALE = 2
"""Rows that have room there; where more would be, the next factor is tried."""


def quality_against_bytes(results: Results) -> go.Figure:
    """Perplexity against true bytes; a line joins the rows that nothing beats."""
    points = {name: (size / MB, perplexity) for name, size, perplexity in front_points(results)}
    ceiling = _ceiling([perplexity for _, perplexity in points.values()])
    best = sorted(pareto_front(front_points(results)), key=lambda name: points[name][0])
    best = [name for name in best if points[name][1] <= ceiling]
    front = {
        "type": "scatter",
        "x": [points[name][0] for name in best],
        "y": [points[name][1] for name in best],
        "mode": "lines",
        "line": {"color": GREY, "dash": "dot", "width": 2, "shape": "hv"},
        "hoverinfo": "skip",
    }
    traces = [front]
    for name, (size, perplexity) in points.items():
        shown = min(perplexity, ceiling)
        if shown == perplexity:
            bar = {"type": "data", "array": [_paired_error(results.rows[name])], "thickness": 2, "width": 5}
            # Of the rounded rows, side by side, only the first says what its digit means.
            label = short(name) if name not in ROUND_TO_NEAREST[1:] else name[3:]
            traces.append(_point(name, size, shown, label, QUALITY_LABELS.get(name, "top right"), bar))
        else:
            place = OFF_SCALE_LABELS.get(name, "bottom center")
            gap = "<br>" if place == "bottom center" else ": "
            traces.append(_point(name, size, shown, f"{short(name)}{gap}{perplexity:,.0f} ↑", place))
    low = min(perplexity - _paired_error(results.rows[name]) for name, (_, perplexity) in points.items())
    high = max(min(perplexity, ceiling) for _, perplexity in points.values())
    room = 0.12 * (high - low) or 1.0
    return figure(
        _quality_title(results),
        "true bytes (MB)",
        "perplexity (lower is better)",
        height=500,
        traces=traces,
        showlegend=False,
        xaxis=_axis_of_sizes([size for size, _ in points.values()]),
        yaxis={"range": [low - room, high + room]},
    )


def _ceiling(perplexities: list[float]) -> float:
    ceilings = [factor * min(perplexities) for factor in OFF_SCALE]
    few = (each for each in ceilings if sum(value > each for value in perplexities) <= MOST_OFF_SCALE)
    return next(few, ceilings[-1])


def _quality_title(results: Results) -> str:
    rows = [row for row in results.rows.values() if row.quality and row.quality.agreement and row.memory]
    if not rows or results.reference is None or results.reference.memory is None:
        return "Perplexity against bytes"
    nearly = [row for row in rows if row.quality.perplexity_change_percent < NEARLY_FREE_PERCENT]
    if not nearly:
        return f"Every row costs more than {NEARLY_FREE_PERCENT:g}% in perplexity"
    smallest = min(nearly, key=lambda row: row.memory.true_bytes)
    times = results.reference.memory.true_bytes / smallest.memory.true_bytes
    change = smallest.quality.perplexity_change_percent
    return f"{short(smallest.row)}: {times:.1f} times smaller than fp32 for {change:+.1f}% perplexity"


def _paired_error(row: RowMeasured) -> float:
    """Standard error of the difference from fp32, which is far smaller than that of the perplexity itself."""
    agreement = row.quality.agreement
    if agreement is None or not math.isfinite(agreement.loss_change_error):
        return 0.0
    return row.quality.perplexity * agreement.loss_change_error


def speed_against_bytes(results: Results) -> go.Figure:
    """Tokens written a second against true bytes, with the quartiles of the repeats."""
    rows = [row for row in results.with_speed() if row.memory is not None]
    places = SPEED_LABELS | _one_above_the_other([row for row in rows if row.row in ("fp4", "nf4")])
    traces = []
    for row in rows:
        rate = row.speed.decode_tokens_per_s
        spread = {"array": [rate.high - rate.median], "arrayminus": [rate.median - rate.low]}
        bar = {"type": "data", "symmetric": False, "thickness": 2, "width": 5, **spread}
        size = row.memory.true_bytes / MB
        traces.append(_point(row.row, size, rate.median, short(row.row), places.get(row.row, "top center"), bar))
    return figure(
        _speed_title(rows),
        "true bytes (MB)",
        "tokens written per second",
        height=470,
        traces=traces,
        showlegend=False,
        xaxis=_axis_of_sizes([row.memory.true_bytes / MB for row in rows]),
        yaxis={"rangemode": "tozero"},
    )


def speed_by_size(runs: Sequence[RecordedRun]) -> go.Figure:
    """Tokens written a second beside fp32's, for models from small to large on one device."""
    sizes = [run.results.started.parameters for run in runs]
    labels = [format_count(size) for size in sizes]
    first, last = (_speed_beside_fp32(run, "nf4") for run in (runs[0], runs[-1]))
    title = f"nf4 writes {first:.1f} times as fast as fp32 at {labels[0]}, {last:.1f} times at {labels[-1]}"
    traces = [
        {
            "type": "scatter",
            "x": sizes,
            "y": [_speed_beside_fp32(run, name) for run in runs],
            "name": short(name),
            "mode": "lines+markers",
            "line": {"color": COLOURS[name], "width": 3, "dash": "dot" if name == "bf16" else "solid"},
            "marker": {"size": 10},
            "hovertemplate": f"{short(name)}: %{{y:.2f}} times fp32's speed<extra></extra>",
        }
        for name in SHOWN_BY_SIZE
    ]
    return figure(
        title,
        "parameters",
        "times as fast as fp32",
        height=420,
        traces=traces,
        shapes=[line("y", 1, color=GREY, width=2, dash="dot")],
        xaxis={"type": "log", "tickvals": sizes, "ticktext": labels},
        yaxis={"rangemode": "tozero"},
    )


def _speed_beside_fp32(run: RecordedRun, name: str) -> float | None:
    speeds = [run.results.rows[each].speed for each in (name, "fp32") if each in run.results.rows]
    if len(speeds) < 2:
        return None
    return speeds[0].decode_tokens_per_s.median / speeds[1].decode_tokens_per_s.median


def _one_above_the_other(rows: list[RowMeasured]) -> dict[str, str]:
    """Places for the labels of rows of one size: that of the faster one higher."""
    by_speed = sorted(rows, key=lambda row: row.speed.decode_tokens_per_s.median)
    return {row.row: place for row, place in zip(by_speed, ("bottom right", "top center"), strict=False)}


def _speed_title(rows: list[RowMeasured]) -> str:
    if len(rows) < 2:
        return "Speed against bytes"
    slowest, fastest = (choose(rows, key=lambda row: row.speed.decode_tokens_per_s.median) for choose in (min, max))
    ratio = fastest.speed.decode_tokens_per_s.median / slowest.speed.decode_tokens_per_s.median
    return f"{short(fastest.row)} writes {ratio:.1f} times as fast as {short(slowest.row)}"


def _point(name: str, x: float, y: float, label: str, place: str, bar: dict | None = None) -> dict:
    rounded = name.startswith("rtn")
    colour = COLOURS.get(name, ROUNDED)
    return {
        "type": "scatter",
        "x": [x],
        "y": [y],
        "error_y": bar,
        "mode": "markers+text",
        "marker": {"size": 10 if rounded else 15, "color": colour, "symbol": "diamond" if rounded else "circle"},
        "text": [label],
        "textposition": place,
        "textfont": {"color": colour, "size": 14},
        "hovertemplate": f"{short(name)}: %{{y:,.5g}} at %{{x:.2f}} MB<extra></extra>",
    }


def _axis_of_sizes(sizes: list[float]) -> dict:
    """Sizes on a logarithmic axis with round numbers of MB, and room for labels at both ends."""
    low, high = min(sizes) / 1.7, max(sizes) * 1.3
    ticks = [base * 10**power for power in range(-2, 7) for base in (1, 2, 3, 5, 7) if low <= base * 10**power <= high]
    ticktext = [f"{tick:,g}" for tick in ticks]
    return {"type": "log", "range": [math.log10(low), math.log10(high)], "tickvals": ticks, "ticktext": ticktext}


def layer_map(found: SensitivityMap) -> go.Figure:
    """KL from fp32 with one matrix at a time rounded."""
    started, worst = found.started, found.worst
    at = {(cell.layer, cell.kind): cell for cell in found.cells}
    grid = [
        [at[(layer, kind)].kl_nats if (layer, kind) in at else None for kind in started.kinds]
        for layer in range(started.layers)
    ]
    title = f"Most sensitive: layer {worst.layer}, {worst.kind}" if worst else "One layer at a time"
    cells = {
        "type": "heatmap",
        "z": grid,
        "x": list(started.kinds),
        "y": list(range(started.layers)),
        "colorscale": [[0, "rgba(224,123,57,0.06)"], [0.5, ORANGE], [1, "#7a1f2b"]],
        "zmin": 0,
        "xgap": 3,
        "ygap": 3,
        "colorbar": {"title": {"text": "KL (nats)"}, "thickness": 12},
        "hovertemplate": "layer %{y}, %{x}: KL %{z:.2g} nats per token<extra></extra>",
    }
    return figure(
        title,
        "",
        "layer",
        height=150 + 42 * min(started.layers, 16),
        traces=[cells],
        xaxis={"showgrid": False, "tickangle": -35},
        yaxis={"autorange": "reversed", "dtick": 1 if started.layers <= 16 else 4, "showgrid": False},
    )
