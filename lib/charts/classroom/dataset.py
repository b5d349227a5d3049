"""One LoRA on all of the room's sentences, beside single ones and their average."""

from __future__ import annotations

import plotly.graph_objects as go

from lib.charts.theme import BLUE, GREEN, GREY, ORANGE, figure
from lib.training.averaging.run import Averaged

BAR_PIXELS = 62


def held_out_losses(found: Averaged) -> go.Figure:
    """Four bars; the single runs' has a line from the best to the worst of them."""
    low, high = min(found.alone_losses), max(found.alone_losses)
    names = ["Base model", "One student's LoRA", "Average of their ΔW", "One LoRA on all"]
    values = [found.base_loss, found.alone_loss, found.average_loss, found.together_loss]
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": values,
        "y": names,
        "text": [f"{value:.2f}" for value in values],
        "textposition": "inside",
        "insidetextanchor": "start",
        "textfont": {"size": 18, "color": "#ffffff"},
        "hoverinfo": "skip",
        "marker": {"color": [GREY, ORANGE, BLUE, GREEN]},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [0, high - found.alone_loss, 0, 0],
            "arrayminus": [0, found.alone_loss - low, 0, 0],
            "color": GREY,
        },
    }
    better = "beats" if found.together_loss < found.average_loss else "does not beat"
    return figure(
        f"One LoRA on all, {found.together_loss:.2f}, {better} the average, {found.average_loss:.2f}",
        "loss on sentences that no run has seen (nats per token): lower is better",
        height=90 + BAR_PIXELS * len(names),
        traces=[trace],
        yaxis={"autorange": "reversed", "tickfont": {"size": 17}},
    )


def describe_losses(found: Averaged) -> str:
    return (
        f"Bar chart of held-out loss in nats per token: base model {found.base_loss:.2f}; one student's LoRA "
        f"{found.alone_loss:.2f} on average, from {min(found.alone_losses):.2f} to {max(found.alone_losses):.2f}; the "
        f"average of their updates {found.average_loss:.2f}; one LoRA on all {found.together_loss:.2f}."
    )
