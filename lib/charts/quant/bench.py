"""Figures of the quantizer bench: weights with the grid over them, where the errors are, what a bit buys."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from lib.charts.theme import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, figure
from lib.quant.quantizers.bench import BenchResult

HEAT_CELLS = 96
GROUP_COLOURS = {"tensor": GREY, "channel": PURPLE, "64": BLUE}
GROUP_NAMES = {"tensor": "one scale", "channel": "a scale per row", "64": "groups of 64"}


def weights_and_grid(result: BenchResult) -> go.Figure:
    """Histogram of the weights, and the levels they are rounded to."""
    weights = result.original
    levels = result.quantized.levels
    used = len(np.unique(result.quantized.codes)) if result.quantizer.group == "tensor" else len(levels)
    limit = 5 * float(weights.std()) if result.outlier is None else 1.05 * float(np.abs(weights).max())
    counts, edges = np.histogram(weights, bins=121, range=(-limit, limit))
    title = f"{used} levels for {weights.size:,} weights"
    if result.outlier is not None:
        inside = np.abs(levels) <= 4 * float(np.median(np.abs(weights))) / 0.6745
        title = f"One outlier: {int(inside.sum())} of {len(levels)} levels lie where the weights are"
    fig = figure(title, "weight", "weights (log)" if result.outlier else "weights", height=360)
    fig.add_bar(
        x=(edges[:-1] + edges[1:]) / 2, y=counts, marker={"color": BLUE}, opacity=0.75, name="weights", hoverinfo="skip"
    )
    if len(levels) <= 64:
        for level in levels[np.abs(levels) <= limit]:
            fig.add_vline(x=float(level), line={"color": ORANGE, "width": 2})
    else:
        fig.add_scatter(
            x=levels,
            y=[0.5 if result.outlier else 0] * len(levels),
            mode="markers",
            marker={"symbol": "line-ns", "size": 14, "line": {"width": 1, "color": ORANGE}},
            hoverinfo="skip",
        )
    fig.update_layout(showlegend=False, bargap=0)
    fig.update_xaxes(range=[-limit, limit], showgrid=False)
    if result.outlier is not None:  # one weight among many thousands would not be seen
        fig.update_yaxes(type="log", range=[-0.5, float(np.log10(counts.max())) + 0.3])
    return fig


def error_map(result: BenchResult) -> go.Figure:
    """Mean size of the error in patches of the matrix, in units of the weights' standard deviation."""
    typical = float(np.median(np.abs(result.original))) / 0.6745 or 1.0
    error = np.abs(result.quantized.restored - result.original) / typical
    if result.outlier is not None:
        error = np.where(result.outlier.mask, 0, error)
    patches = _patches(error)
    fig = figure(f"Errors average {error.mean():.1%} of a typical weight", "input", "output", height=360)
    rows, columns = result.original.shape
    fig.add_heatmap(
        z=100 * patches,
        x=np.linspace(0, columns, patches.shape[1]),
        y=np.linspace(0, rows, patches.shape[0]),
        colorscale=[[0, "rgba(224,123,57,0.04)"], [0.5, ORANGE], [1, "#7a1f2b"]],
        zmin=0,
        zmax=max(100 * float(patches.max()), 1e-9),
        colorbar={"title": {"text": "%"}, "thickness": 12},
        hovertemplate="output %{y:.0f}, input %{x:.0f}: %{z:.1f}%<extra></extra>",
    )
    fig.update_yaxes(autorange="reversed", showgrid=False)
    fig.update_xaxes(showgrid=False)
    return fig


def _patches(error: np.ndarray) -> np.ndarray:
    """Average over patches so that at most HEAT_CELLS lie along a side."""
    steps = [max(1, -(-side // HEAT_CELLS)) for side in error.shape]
    rows, columns = (side // step * step for side, step in zip(error.shape, steps, strict=True))
    shaped = error[:rows, :columns].reshape(rows // steps[0], steps[0], columns // steps[1], steps[1])
    return shaped.mean(axis=(1, 3))


def what_a_bit_buys(
    sweep: dict[str, list[tuple[float, float]]], chosen: tuple[float, float], nf4: tuple[float, float]
) -> go.Figure:
    """Signal-to-noise ratio against true bits per weight, scales included, for 2 to 8 bits in three groupings."""
    whole, row = sweep["tensor"], sweep["channel"]
    a_bit, a_row = (whole[-1][1] - whole[2][1]) / 4, row[2][1] - whole[2][1]
    fig = figure(
        f"A bit buys {a_bit:.1f} dB; a scale per row instead of one, {a_row:.1f} dB",
        "true bits per weight",
        "signal to noise (dB)",
        height=380,
    )
    for group, points in sweep.items():
        fig.add_scatter(
            x=[bits for bits, _ in points],
            y=[snr for _, snr in points],
            mode="lines+markers",
            line={"color": GROUP_COLOURS[group], "width": 2.5},
            marker={"size": 8},
            name=GROUP_NAMES[group],
            hovertemplate="%{x:.2f} bits: %{y:.1f} dB<extra>" + GROUP_NAMES[group] + "</extra>",
        )
    fig.add_scatter(
        x=[nf4[0]],
        y=[nf4[1]],
        mode="markers",
        marker={"size": 13, "symbol": "star", "color": GREEN},
        name="NF4, groups of 64",
    )
    fig.add_scatter(
        x=[chosen[0]],
        y=[chosen[1]],
        mode="markers",
        marker={"size": 20, "symbol": "circle-open", "color": RED, "line": {"width": 4}},
        name="yours",
    )
    fig.update_layout(legend={"orientation": "h", "y": -0.3})
    return fig


def outlier_story(story: dict[str, BenchResult]) -> go.Figure:
    """Signal to noise of all other weights: before, ruined, and repaired twice."""
    names = list(story)
    values = [result.damage.snr_db for result in story.values()]
    lost = values[0] - values[1]
    fig = figure(
        f"One weight of {story[names[1]].original.size:,} costs {lost:.0f} dB",
        "signal to noise of the others (dB)",
        height=300,
    )
    fig.add_bar(
        x=values,
        y=names,
        orientation="h",
        marker={"color": [BLUE, RED, GREEN, GREEN]},
        text=[f"{value:.1f} dB" for value in values],
        textposition="auto",
        insidetextanchor="start",
        hoverinfo="skip",
    )
    fig.update_yaxes(autorange="reversed", showgrid=False)
    fig.update_xaxes(zeroline=True)
    return fig
