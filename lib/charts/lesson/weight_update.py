"""A real update of weights by rank, and what each kind of adapter adds to a request's time."""

from __future__ import annotations

import math

import numpy as np
import plotly.graph_objects as go

from lib.charts.theme import BLUE, GREEN, GREY, ORANGE, figure, label, line
from lib.charts.training.inside import DIVERGING
from lib.lesson.adapters.rank import RealUpdate, RecordedUpdate, error_of
from lib.lesson.adapters.timing import DECODE, PREFILL, VARIANTS, Times


def learnt_by_rank(told: RecordedUpdate, rank: int) -> go.Figure:
    """Share of the update and share of what was learnt, by rank of every matrix's update; a mark on one rank."""
    ranks = [each.rank for each in told.losses if each.rank]
    learnt = [told.learnt_at(each) for each in ranks]
    kept = [told.energy_at(each) for each in ranks]
    traces = [
        _curve(ranks, learnt, ORANGE, "solid", "diamond"),
        _curve(ranks, kept, BLUE, "dash", "circle"),
    ]
    if rank in ranks:
        title = (
            f"Rank {rank} keeps {told.energy_at(rank):.0%} of ‖ΔW‖², and {told.learnt_at(rank):.0%} of what it learnt"
        )
    else:
        title = "All of ΔW, and all of what it learnt"
    shapes = [line("x", rank, color=GREY, width=2, dash="dot")] if rank in ranks else []
    middle = len(ranks) // 2
    return figure(
        title,
        "rank r of every matrix's update, log scale",
        height=320,
        traces=traces,
        showlegend=False,
        xaxis={"type": "log", "tickvals": ranks, "ticktext": [str(each) for each in ranks]},
        yaxis={"range": [0, 1.12], "tickformat": ".0%"},
        shapes=shapes,
        annotations=[
            _words_on_chart(ranks[3], learnt[3] + 0.04, "what was learnt", ORANGE, "bottom", "right"),
            _words_on_chart(ranks[middle], kept[middle], "‖ΔW‖² kept", BLUE, "top", "left"),
        ],
    )


def error_by_rank(update: RealUpdate, rank: int) -> go.Figure:
    """What the best matrix of each rank misses, of ΔW, of a random matrix of its size and norm, and of W itself."""
    ranks = np.unique(np.geomspace(1, update.side, 60).astype(int))
    kinds = (
        (update.singular_values, ORANGE, "solid", "ΔW"),
        (update.random_values, GREY, "dot", "random"),
        (update.weight_values, GREEN, "dash", "W itself"),
    )
    traces, words = [], []
    for number, (values, colour, dash, name) in enumerate(kinds):
        errors = [error_of(values, int(each)) for each in ranks]
        shared = {
            "type": "scatter",
            "mode": "lines",
            "hovertemplate": f"{name}, rank %{{x}}: %{{y:.0%}}<extra></extra>",
        }
        traces.append(shared | {"x": ranks, "y": errors, "line": {"color": colour, "width": 3, "dash": dash}})
        at = (0, len(ranks) // 3, len(ranks) * 2 // 3)[number]
        side = "bottom" if number else "top"
        words.append(_words_on_chart(int(ranks[at]), errors[at], name, colour, side, "left"))
    if rank <= update.side:
        point = {"size": 15, "color": ORANGE, "symbol": "diamond"}
        mark = {"type": "scatter", "mode": "markers", "x": [rank], "y": [update.error_at(rank)], "marker": point}
        traces.append(mark | {"hoverinfo": "skip"})
    return figure(
        f"Rank {min(rank, update.side)} of {update.side} misses {update.error_at(rank):.0%} of ΔW",
        "rank r, log scale",
        "‖ΔW − ΔWᵣ‖ / ‖ΔW‖",
        height=320,
        traces=traces,
        showlegend=False,
        xaxis={"type": "log", "tickvals": [each for each in (1, 2, 4, 8, 16, 32, 64, 128, 256) if each <= update.side]},
        yaxis={"range": [0, 1.12], "tickformat": ".0%"},
        annotations=words,
    )


def corner(numbers: np.ndarray, title: str, largest: float, height: int = 260) -> go.Figure:
    """The upper left corner of a matrix, number by number; `largest` has the strongest colour."""
    trace = {
        "type": "heatmap",
        "z": numbers,
        "zmin": -largest,
        "zmax": largest,
        "zmid": 0,
        "colorscale": DIVERGING,
        "showscale": False,
        "hovertemplate": "row %{y}, column %{x}: %{z:.3g}<extra></extra>",
    }
    bare = {"showticklabels": False, "ticks": ""}
    return figure(title, height=height, traces=[trace], xaxis=bare, yaxis={**bare, "autorange": "reversed"})


def request_times(times: Times, part: str) -> go.Figure:
    """Each variant's time over the base model's in the same round: median, and quartiles as a bar."""
    names = [name for name in VARIANTS if name != "base"]
    found = {name: times.ratio(name, part) for name in names}
    rows = list(range(len(names)))
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": [found[name].middle for name in names],
        "y": rows,
        "marker": {"size": 13, "color": [_colour(name) for name in names], "symbol": "diamond"},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [found[name].high - found[name].middle for name in names],
            "arrayminus": [found[name].middle - found[name].low for name in names],
            "thickness": 3,
            "width": 7,
            "color": GREY,
        },
        "hoverinfo": "skip",
    }
    slowest = max(names, key=lambda name: found[name].middle)
    what = {PREFILL: "reading a prompt", DECODE: "one token more"}[part]
    low, high = min(each.low for each in found.values()), max(each.high for each in found.values())
    high += 0.16 * (high - low)  # room for the figure behind the longest bar, on a phone too
    axis = {"tickmode": "array", "tickvals": rows, "ticktext": [VARIANTS[name] for name in names]}
    return figure(
        f"{VARIANTS[slowest]}: {what} takes {found[slowest].middle:.2f} times as long",
        "times the model without adapter",
        height=90 + 40 * len(names),
        traces=[trace],
        showlegend=False,
        xaxis={"range": [min(0.9, low) - 0.03, max(1.2, high) + 0.05]},
        yaxis={**axis, "range": [len(names) - 0.5, -0.8], "showgrid": False, "zeroline": False},
        shapes=[line("x", 1, color=GREY, width=2, dash="dot")],
        # Behind the bars, where neither they nor the dotted line run through the figures.
        annotations=[
            label(found[name].high, row, f"{found[name].middle:.2f}×", xanchor="left", xshift=8, font={"size": 14})
            for name, row in zip(names, rows, strict=True)
        ],
    )


def _colour(name: str) -> str:
    return GREEN if name.endswith("merged") else BLUE


def _curve(x: list[int], y: list[float], colour: str, dash: str, symbol: str) -> dict:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": x,
        "y": y,
        "line": {"color": colour, "width": 3, "dash": dash},
        "marker": {"size": 9, "symbol": symbol},
        "hovertemplate": "rank %{x}: %{y:.0%}<extra></extra>",
    }


def _words_on_chart(x: float, y: float, text: str, colour: str, yanchor: str, xanchor: str) -> dict:
    return label(math.log10(x), y, text, xanchor=xanchor, yanchor=yanchor, font={"color": colour, "size": 15})
