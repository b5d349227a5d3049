"""A corner of a matrix before and after a way of training, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from lib.charts.theme import BLUE, GREY, ORANGE, figure, label, line
from lib.lesson.ways.changes import Change
from lib.lesson.ways.new_head import HeadStep

CUT = 1.3
"""A bar this many times as long as the second longest is cut there, and says so: pretraining would hide all others."""


def relative_changes(changes: dict[str, Change], titles: dict[str, str], chosen: str) -> go.Figure:
    """‖after − before‖ / ‖before‖ of the same matrix, way by way."""
    names = list(changes)
    found = [changes[name].relative_change for name in names]
    longest = CUT * sorted(found)[-2]
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": [min(value, longest) for value in found],
        "y": list(range(len(names))),
        "text": [_share(value, longest) for value in found],
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {
            "color": [
                ORANGE if name == chosen else GREY if not value else BLUE
                for name, value in zip(names, found, strict=True)
            ]
        },
        "hoverinfo": "skip",
    }
    axis = {"tickmode": "array", "tickvals": list(range(len(names))), "ticktext": [titles[name] for name in names]}
    here = changes[chosen]
    told = _share(here.relative_change, float("inf"))
    title = f"{titles[chosen]}: {here.changed_share:.0%} of the numbers changed, ‖ΔW‖ is {told} of ‖W‖"
    if not here.relative_change:
        title = f"{titles[chosen]} changes not one number of this matrix"
    return figure(
        title,
        "‖after − before‖ / ‖before‖",
        height=90 + 34 * len(names),
        traces=[trace],
        showlegend=False,
        xaxis={"range": [0, 1.35 * longest], "tickformat": ".0%"},
        yaxis={**axis, "autorange": "reversed"},
    )


def _share(value: float, longest: float) -> str:
    told = f"{value:.0%}" if value >= 0.1 or not value else f"{value:.1%}"
    return f"▸▸ {told}" if value > longest else told


def new_head(steps: Sequence[HeadStep], labels: int) -> go.Figure:
    """Accuracy of a new head by its updates, on what it learns from and on what it has never seen."""
    last = steps[-1]
    x = [each.step for each in steps]
    curve = {"type": "scatter", "mode": "lines", "x": x}
    return figure(
        f"A new last layer: {last.test_accuracy:.0%} right after {last.step} updates",
        "updates",
        "sentences labelled right",
        height=300,
        traces=[
            curve
            | {"y": [each.training_accuracy for each in steps], "line": {"color": GREY, "width": 3, "dash": "dash"}},
            curve | {"y": [each.test_accuracy for each in steps], "line": {"color": BLUE, "width": 3}},
        ],
        showlegend=False,
        yaxis={"tickformat": ".0%", "range": [0, 1.1]},
        shapes=[line("y", 1 / labels, color=GREY, width=1, dash="dot")],
        annotations=[
            label(last.step, last.training_accuracy, "learnt from", xanchor="right", yshift=12, font={"color": GREY}),
            label(last.step, last.test_accuracy, "never seen", xanchor="right", yshift=-14, font={"color": BLUE}),
            label(last.step, 1 / labels, "guessing", xanchor="right", yshift=12, font={"color": GREY}),
        ],
    )
