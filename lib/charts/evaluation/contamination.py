"""How much of an item counts as seen, against n."""

from __future__ import annotations

from collections.abc import Mapping

import plotly.graph_objects as go

from lib.charts.theme import BLUE, ORANGE, figure


def seen_curve(shares: Mapping[int, float], chosen: int) -> go.Figure:
    """How much of an item counts as seen, against n."""
    line = {"x": list(shares), "y": list(shares.values()), "mode": "lines+markers", "line": {"color": BLUE, "width": 3}}
    here = {"x": [chosen], "y": [shares[chosen]], "mode": "markers", "marker": {"size": 18, "color": ORANGE}}
    return figure(
        f"With {chosen}-grams {shares[chosen]:.0%} of the item is found",
        x="n, words in a row",
        y="Found",
        height=320,
        traces=[{"type": "scatter", **each} for each in (line, here)],
        showlegend=False,
        yaxis={"range": [0, 1.05], "tickformat": ".0%"},
    )
