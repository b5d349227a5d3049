"""Inside an adapter: its update as a heat map, its singular values, what a smaller rank would keep."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from lib.charts.theme import BLUE, GREY, ORANGE, figure, line
from lib.training.inside.update import Place, Update

CELLS = 48
"""Rows and columns of a picture: on a phone a cell is still 7 pixels wide."""
DIVERGING = [[0.0, BLUE], [0.5, "#f4f1ec"], [1.0, ORANGE]]
"""Below zero, zero, above zero: blue and orange differ in lightness too where they are strong."""


def heat_map(update: Update, place: Place, step: int | None, largest: float) -> go.Figure:
    """ΔW of one matrix; `largest` is the value of the strongest colour, so that pictures of one run can be compared."""
    when = "" if step is None else f" at step {step}"
    outputs, inputs = update.matrix.shape
    if update.is_zero:
        title = f"ΔW of {place}{when}: all zeros, nothing has changed"
    else:
        title = f"ΔW of {place}{when}: up to {np.abs(update.matrix).max():.2g} in size"
    trace = {
        "type": "heatmap",
        "z": update.pooled(CELLS),
        "zmid": 0,
        "zmin": -largest,
        "zmax": largest,
        "colorscale": DIVERGING,
        "colorbar": {"title": {"text": "ΔW"}, "thickness": 12, "tickformat": ".2g"},
        "hovertemplate": "ΔW up to %{z:.2g}<extra></extra>",
    }
    bare = {"showticklabels": False, "ticks": ""}
    return figure(
        title,
        f"{inputs:,} inputs",
        f"{outputs:,} outputs",
        height=380,
        traces=[trace],
        xaxis=bare,
        yaxis={**bare, "autorange": "reversed"},
    )


def singular_values(update: Update, highest: float) -> go.Figure:
    """Each singular value of ΔW, the largest first: r at most, however large the matrix is."""
    values = update.singular_values
    side = min(update.matrix.shape)
    trace = {
        "type": "bar",
        "x": list(range(1, len(values) + 1)),
        "y": values,
        "marker": {"color": BLUE},
        "hovertemplate": "σ%{x} = %{y:.3g}<extra></extra>",
    }
    title = f"{len(values)} singular values at most, of {side:,}"
    return figure(
        title,
        "number",
        "singular value",
        height=300,
        traces=[trace],
        xaxis={"dtick": max(1, len(values) // 8), "range": [0.3, len(values) + 0.7]},
        yaxis={"range": [0, 1.08 * highest or 1]},
    )


def kept_by_rank(update: Update, share: float) -> go.Figure:
    """How much of ‖ΔW‖² the best matrix of each smaller rank keeps, and the smallest rank that keeps `share`."""
    kept, enough = update.kept_by_rank, update.rank_that_keeps(share)
    ranks = list(range(1, len(kept) + 1))
    trace = {
        "type": "bar",
        "x": ranks,
        "y": kept,
        "marker": {"color": [ORANGE if rank == enough else GREY for rank in ranks]},
        "hovertemplate": "rank %{x}: %{y:.1%}<extra></extra>",
    }
    return figure(
        f"Rank {enough} of {update.rank} would keep {kept[enough - 1]:.1%} of this update",
        "rank",
        "share of ‖ΔW‖² kept",
        height=300,
        traces=[trace],
        xaxis={"dtick": max(1, len(kept) // 8), "range": [0.3, len(kept) + 0.7]},
        yaxis={"range": [0, 1.04], "tickformat": ".0%", "tickvals": [0, 0.25, 0.5, 0.75, share]},
        shapes=[line("y", share, dash="dot", color=GREY, width=1)],
    )


def describe_update(update: Update, place: Place) -> str:
    """The three charts in a sentence, for a screen reader."""
    if update.is_zero:
        return f"The update of {place} is zero everywhere"
    values = ", ".join(f"{value:.3g}" for value in update.singular_values[:4])
    return f"The update of {place}: norm {update.norm:.3g}, largest singular values {values}"
