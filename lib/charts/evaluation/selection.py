"""The ranking of models, and how far each weight may move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from lib.charts.theme import BLUE, ORANGE, RED, SEQUENCE, figure
from lib.evaluation.selection import Factor, Flip, Ranked, never_flips, weight_ranges

ROW_PIXELS = 36
AXIS_PIXELS = 62
"""Ticks and the name of the axis; the legend begins below them, also where few models leave a low plot."""


def ranking(ranked: Sequence[Ranked], factors: Sequence[Factor], top: int = 10) -> go.Figure:
    """The best models, each bar made of what every factor adds."""
    shown = ranked[:top]
    lead = ranked[0].score - ranked[1].score if len(ranked) > 1 else 0.0
    behind = f", {lead:.3f} ahead of {ranked[1].name}" if len(ranked) > 1 else ""
    names = [each.name for each in shown]
    added = [
        {
            "type": "bar",
            "y": names,
            "x": [each.shares[factor.key] for each in shown],
            "orientation": "h",
            "name": factor.label,
            "marker": {"color": SEQUENCE[index % len(SEQUENCE)]},
            "hovertemplate": f"{factor.label}: +%{{x:.3f}}<extra>%{{y}}</extra>",
        }
        for index, factor in enumerate(factors)
    ]
    return figure(
        f"{ranked[0].name} wins{behind}",
        x="Score, 0 to 1",
        height=200 + ROW_PIXELS * len(shown),
        traces=added,
        barmode="stack",
        legend={"y": -AXIS_PIXELS / (ROW_PIXELS * len(shown))},
        yaxis={"autorange": "reversed"},
    )


def sensitivity(
    found: Sequence[Flip], factors: Sequence[Factor], weights: Mapping[str, float], limit: float
) -> go.Figure:
    """For each factor the range of its weight within which the choice stands."""
    stands = len(never_flips(found, factors))
    title = (
        f"{stands} of {len(factors)} weights change nothing, whatever their value"
        if stands
        else "Every weight can change the choice"
    )
    labels = {factor.key: factor.label for factor in factors}
    ranges = [
        {
            "type": "scatter",
            "x": [each.low, each.high],
            "y": [labels[each.factor]] * 2,
            "mode": "lines",
            "line": {"width": 14, "color": BLUE},
            "opacity": 0.5,
            "hoverinfo": "skip",
        }
        for each in weight_ranges(found, factors)
    ]
    now = {
        "type": "scatter",
        "x": [weights[factor.key] for factor in factors],
        "y": [factor.label for factor in factors],
        "mode": "markers",
        "marker": {"size": 16, "color": ORANGE},
        "hovertemplate": "now %{x:g}<extra></extra>",
    }
    return figure(
        title,
        x="Weight",
        height=140 + 52 * len(factors),
        traces=[*ranges, now],
        annotations=[_flip_label(flip, labels[flip.factor], limit) for flip in found],
        showlegend=False,
        xaxis={"range": [-0.2, limit + 0.2]},
        yaxis={"autorange": "reversed"},
    )


def _flip_label(flip: Flip, factor: str, limit: float) -> dict:
    """Who wins from there, beside the end of the range."""
    return {
        "x": flip.weight,
        "y": factor,
        "text": flip.winner,
        "showarrow": False,
        "yshift": 16 if flip.change <= 0 else -16,
        "font": {"size": 14, "color": RED},
        "xanchor": "right" if flip.weight > limit / 2 else "left",
    }
