"""Figures of a scored corpus: how rows are spread, and what resampling says about two systems."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from lib.charts.theme import BLUE, GREY, ORANGE, figure
from lib.metrics.corpus.bootstrap import Comparison

COLOURS = (BLUE, ORANGE)


def distribution(values: Sequence[np.ndarray], names: Sequence[str], measure: str, top: float) -> go.Figure:
    """How many rows score how much, one histogram a system, its mean marked."""
    means = [float(np.nanmean(each)) for each in values]
    told = ", ".join(f"{name} {mean:.3g}" for name, mean in zip(names, means, strict=True))
    fig = figure(f"Mean {measure}: {told}", x=measure, y="Rows", height=340)
    edges = np.linspace(0, top, 26)
    width = edges[1] - edges[0]
    for each, name, mean, colour in zip(values, names, means, COLOURS, strict=False):
        counts, _ = np.histogram(np.clip(each[~np.isnan(each)], 0, top), edges)
        fig.add_bar(x=edges[:-1] + width / 2, y=counts, width=width, name=name, marker_color=colour, opacity=0.6)
        fig.add_vline(x=mean, line={"color": colour, "dash": "dash", "width": 3})
    fig.update_layout(barmode="overlay", showlegend=len(names) > 1, legend={"y": -0.34})
    return fig


def differences(compared: Comparison, names: Sequence[str]) -> go.Figure:
    """Second system minus first over the resamples, with its central 95% and where no difference would be."""
    low, high = compared.difference_low, compared.difference_high
    if low > 0:
        title = f"{names[1]} is ahead in {compared.metric}: {low:+.3g} to {high:+.3g}"
    elif high < 0:
        title = f"{names[0]} is ahead in {compared.metric}: by {-high:.3g} to {-low:.3g}"
    else:
        title = f"{compared.metric}: the difference may be 0 ({low:+.3g} to {high:+.3g})"
    fig = figure(title, x=f"{names[1]} minus {names[0]}", y="Resamples", height=320)
    counts, edges = np.histogram(compared.differences, 40)
    middle = (edges[:-1] + edges[1:]) / 2
    inside = (middle >= low) & (middle <= high)
    fig.add_bar(x=middle, y=counts, width=edges[1] - edges[0], marker_color=np.where(inside, BLUE, GREY))
    fig.add_vline(x=0, line={"color": ORANGE, "width": 3})
    said = {"text": "no difference", "showarrow": False, "font": {"color": ORANGE}}
    fig.add_annotation(x=0, y=1, yref="paper", yanchor="bottom", **said)
    fig.update_layout(showlegend=False)
    return fig
