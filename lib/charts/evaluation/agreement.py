"""Every judge against every other."""

from __future__ import annotations

import plotly.graph_objects as go

from lib.charts.theme import BLUE, RED, figure
from lib.evaluation.agreement import Agreement


def heat_map(found: Agreement) -> go.Figure:
    """Rank correlation of every judge with every other."""
    low = found.lowest
    title = "Kendall's τ between judges" + (f": as low as {low:+.2f}" if low is not None else "")
    fig = figure(title, height=420)
    fig.add_heatmap(
        z=found.tau,
        x=found.judges,
        y=found.judges,
        zmin=-1,
        zmax=1,
        colorscale=[[0, RED], [0.5, "#f6efe5"], [1, BLUE]],
        texttemplate="%{z:.2f}",
        textfont={"color": "#2b2018", "size": 14},
        showscale=False,
        hovertemplate="%{y} and %{x}: %{z:.2f}<extra></extra>",
    )
    fig.update_yaxes(autorange="reversed")
    return fig
