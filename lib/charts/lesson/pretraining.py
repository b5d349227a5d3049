"""What pretraining costs, and how a model's loss falls while it is born."""

from __future__ import annotations

import math
from collections.abc import Mapping

import plotly.graph_objects as go

from lib.charts.theme import ABOVE_PLOT_PIXELS, BLUE, GREY, ORANGE, RED, figure, label, line
from lib.lesson.pretraining.birth import Birth


def prices(ranges: Mapping[str, tuple[float, float, float]], chosen: str, slide_usd: float) -> go.Figure:
    """Price of each model, (low, here, high) in USD, on a log axis; the slide's as a line."""
    names = list(ranges)
    traces, words = [], []
    lowest = min(low for low, _, _ in ranges.values())
    for at, name in enumerate(names):
        low, here, high = ranges[name]
        colour = ORANGE if name == chosen else GREY
        shared = {"type": "scatter", "hoverinfo": "skip"}
        bar = {"width": 9, "color": colour}
        to_its_name = {"mode": "lines", "x": [lowest, low], "y": [at, at], "line": {"width": 1, "color": colour}}
        traces.append(shared | to_its_name)
        traces.append(shared | {"mode": "lines", "x": [low, high], "y": [at, at], "line": bar, "opacity": 0.45})
        point = {"size": 13, "color": colour, "symbol": "diamond" if name == chosen else "circle"}
        traces.append(shared | {"mode": "markers", "x": [here], "y": [at], "marker": point})
        words.append(_in_its_row(at + 0.2, f"<b>{name}</b>: {usd(here)}"))
    words.append(
        label(
            math.log10(slide_usd),
            1,
            f"the slide's {usd(slide_usd)}",
            yref="paper",
            yanchor="bottom",
            xanchor="right",
            font={"color": RED, "size": 14},
        )
    )
    low, here, high = ranges[chosen]
    return figure(
        f"{chosen}: {usd(here)}, or {usd(low)} to {usd(high)}",
        "USD, log scale",
        height=100 + 62 * len(names),
        above=ABOVE_PLOT_PIXELS + 20,
        traces=traces,
        showlegend=False,
        xaxis={"type": "log", "tickprefix": "$", "exponentformat": "power", "nticks": 6},
        yaxis={"showticklabels": False, "range": [-0.6, len(names) - 0.2], "showgrid": False, "zeroline": False},
        shapes=[line("x", slide_usd, color=RED, width=2, dash="dot")],
        annotations=words,
    )


def born(told: Birth, at: int) -> go.Figure:
    """Held-out loss against tokens read, of the recorded run and the bundled model's own; a mark on one checkpoint."""
    mine = told.curve[1:]
    here = told.curve[at]
    traces = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "x": [each.tokens_seen for each in mine],
            "y": [each.nats_per_token for each in mine],
            "line": {"color": BLUE, "width": 3},
            "hoverinfo": "skip",
        },
        {
            "type": "scatter",
            "mode": "lines",
            "x": [each.tokens_seen for each in told.bundled_curve],
            "y": [each.nats_per_token for each in told.bundled_curve],
            "line": {"color": GREY, "width": 3, "dash": "dash"},
            "hoverinfo": "skip",
        },
    ]
    if here.tokens_seen:
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [here.tokens_seen],
                "y": [here.nats_per_token],
                "marker": {"size": 17, "color": ORANGE, "symbol": "diamond"},
                "hoverinfo": "skip",
            }
        )
    last, bundled = mine[-1], told.bundled_curve[len(told.bundled_curve) // 2]
    return figure(
        f"After {here.tokens_seen:,} tokens: {here.nats_per_token:.2f} nats per token",
        "tokens read, log scale",
        "held-out loss (nats per token)",
        height=340,
        traces=traces,
        showlegend=False,
        xaxis={"type": "log", "exponentformat": "SI", "nticks": 6},
        yaxis={"range": [3, 9]},
        shapes=[line("y", told.knowing_nothing, color=RED, width=2, dash="dot")],
        annotations=[
            _at(last.tokens_seen, last.nats_per_token, "recorded run", BLUE, "top"),
            _at(bundled.tokens_seen, bundled.nats_per_token, "bundled model", GREY, "bottom"),
            label(
                0.02,
                told.knowing_nothing,
                f"knows nothing: {told.knowing_nothing:.2f}",
                xref="paper",
                xanchor="left",
                yanchor="bottom",
                font={"color": RED, "size": 14},
            ),
        ],
    )


def usd(value: float) -> str:
    """Dollars in words that a room can read: "$5.32 million"."""
    for scale, name in ((1e9, " billion"), (1e6, " million"), (1e3, ",000")):
        if value >= scale:
            scaled = value / scale
            return f"${scaled:,.0f}{name}" if name == ",000" or scaled >= 100 else f"${scaled:,.2f}{name}"
    return f"${value:,.2f}" if value >= 0.1 else f"${value:.2g}"


def _in_its_row(y: float, text: str) -> dict:
    """Words at the left edge: over a bar near the slide's line they would be crossed by it, or cut at the right."""
    place = {"x": 0.0, "xref": "paper", "xanchor": "left", "y": y, "yanchor": "bottom"}
    return {"text": text, "showarrow": False, "font": {"size": 14}, **place}


def _at(x: float, y: float, text: str, colour: str, anchor: str) -> dict:
    return label(math.log10(x), y, text, xanchor="right", yanchor=anchor, font={"color": colour, "size": 15})
