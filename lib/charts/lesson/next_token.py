"""What a model expects next: bars of probability, reshaped by a sampler, and the score of a guessing game."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import plotly.graph_objects as go

from lib.charts.theme import BLUE, GREEN, GREY, ORANGE, figure
from lib.lesson.pretraining.reading import Candidate, visible

ROW_PIXELS = 30


def expected(candidates: Sequence[Candidate], truth: str | None, title: str) -> go.Figure:
    """The likeliest tokens, best at the top; the true one has a tick and another colour."""
    names = [f"✓ {_name(each.text)}" if each.text == truth else _name(each.text) for each in candidates]
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": [each.probability for each in candidates],
        "y": list(range(len(candidates))),
        "text": [_share(each.probability) for each in candidates],
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {"color": [ORANGE if each.text == truth else BLUE for each in candidates]},
        "hoverinfo": "skip",
    }
    return _ranked(names, [trace], title, max(each.probability for each in candidates))


def reshaped(names: Sequence[str], before: Sequence[float], after: Sequence[float], title: str) -> go.Figure:
    """The model's own probabilities and the sampler's, token by token; what cannot be drawn any more is named cut."""
    rows = list(range(len(names)))
    shared = {"type": "bar", "orientation": "h", "y": rows, "textposition": "outside", "cliponaxis": False}
    traces = [
        shared
        | {"x": list(after), "name": "the sampler draws", "marker": {"color": BLUE}}
        | {"text": [_share(each) if each else "cut" for each in after], "hoverinfo": "skip"},
        shared
        | {"x": list(before), "name": "the model's own", "marker": {"color": GREY}}
        | {"text": [_share(each) for each in before], "hoverinfo": "skip"},
    ]
    layout = {"showlegend": True, "legend": {"y": -0.1, "traceorder": "normal"}}
    shown = [_name(each) for each in names]
    return _ranked(shown, traces, title, max(*before, *after), pixels=44, axis_title="", **layout)


def game(names: Sequence[str], bits: dict[str, Sequence[float]], best: str) -> go.Figure:
    """Bits that each guesser paid for each word; less is better."""
    colours = (ORANGE, BLUE, GREEN, GREY)
    traces = [
        {
            "type": "bar",
            "x": [escape(name) for name in names],
            "y": list(values),
            "name": f"{escape(who)}: {sum(values):.1f} bits",
            "text": [f"{value:.1f}" for value in values],
            "textposition": "outside",
            "marker": {"color": colour},
            "hoverinfo": "skip",
        }
        for (who, values), colour in zip(bits.items(), colours, strict=False)
    ]
    highest = max(max(values) for values in bits.values())
    layout = {"yaxis": {"range": [0, highest * 1.2]}, "legend": {"orientation": "v", "y": -0.3}}
    return figure(
        f"Fewest bits: {escape(best)}", "", "bits of surprise", height=380, traces=traces, barmode="group", **layout
    )


def _ranked(
    names: Sequence[str],
    traces: list[dict],
    title: str,
    highest: float,
    *,
    pixels: int = ROW_PIXELS,
    axis_title: str = "probability",
    **layout: Any,
) -> go.Figure:
    axis = {"tickmode": "array", "tickvals": list(range(len(names))), "ticktext": list(names), "autorange": "reversed"}
    return figure(
        escape(title),
        axis_title,
        height=60 + pixels * len(names),
        traces=traces,
        barmode="group",
        xaxis={"range": [0, min(1.0, highest) * 1.25], "tickformat": ".0%"},
        yaxis=axis,
        **{"showlegend": False, **layout},
    )


def _name(text: str) -> str:
    return escape(visible(text))


def _share(probability: float) -> str:
    return f"{probability:.1%}" if probability >= 0.001 else f"{probability:.1g}"
