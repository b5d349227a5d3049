"""Training as it happens: loss of each batch, loss on held-out texts."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from lib.charts.theme import BLUE, ORANGE, end_label, figure
from lib.training.events import HeldOut, Step
from lib.training.progress import smoothed

ROOM_FOR_LABELS = 1.34
"""Times the planned steps: what the names at the lines' ends take on a screen 390 pixels wide."""


def loss_curve(
    steps: Sequence[Step], held_out: Sequence[HeldOut], planned_steps: int, *, smooth: bool = False
) -> go.Figure:
    """Loss against step; the title states what happened to the held-out loss so far.

    smooth  draw the moving average of the batches as well, their own losses thin behind it
    """
    if len(held_out) > 1:
        title = f"Held-out loss: {held_out[0].loss:.2f} → {held_out[-1].loss:.2f}"
    elif held_out:
        title = f"Held-out loss before training: {held_out[0].loss:.2f}"
    else:
        title = "Loss of the next token, step by step"
    highest = max([each.loss for each in (*steps, *held_out)], default=1.0)
    return figure(
        title,
        "step",
        "loss (nats per token)",
        height=400,
        traces=_lines(steps, held_out, smooth),
        annotations=_names(steps, held_out, highest),
        showlegend=False,
        xaxis={"range": [-0.02 * planned_steps, planned_steps * ROOM_FOR_LABELS]},
        yaxis={"range": [0, highest * 1.08]},
    )


def _lines(steps: Sequence[Step], held_out: Sequence[HeldOut], smooth: bool) -> list[dict]:
    done, losses = [each.step for each in steps], [each.loss for each in steps]
    thin = {"color": BLUE, "width": 1, "dash": "dot"} if smooth else {"color": BLUE, "width": 2}
    batches = {"x": done, "y": losses, "mode": "lines", "line": thin, "name": "training batch"}
    held = {
        "x": [each.step for each in held_out],
        "y": [each.loss for each in held_out],
        "mode": "lines+markers",
        "line": {"color": ORANGE, "width": 4},
        "marker": {"size": 9},
        "name": "held out",
    }
    lines = [batches, held]
    if smooth:
        thick = {"color": BLUE, "width": 3}
        lines.append({"x": done, "y": smoothed(losses), "mode": "lines", "line": thick, "name": "smoothed"})
    return [{"type": "scatter", **each} for each in lines]


def _names(steps: Sequence[Step], held_out: Sequence[HeldOut], highest: float) -> list[dict]:
    """At the lines' ends, one above the other where these are near each other."""
    names = [end_label(steps[-1].step, steps[-1].loss, "training", BLUE)] if steps else []
    if held_out:
        crowded = bool(steps) and abs(steps[-1].loss - held_out[-1].loss) < 0.06 * highest
        height = held_out[-1].loss + 0.07 * highest * crowded
        names.append(end_label(held_out[-1].step, height, "held out", ORANGE))
    return names


def describe(held_out: Sequence[HeldOut]) -> str:
    """The chart in a sentence, for a screen reader."""
    if not held_out:
        return "Loss curve, still empty"
    first, last = held_out[0], held_out[-1]
    return f"Loss curve: held-out loss {first.loss:.2f} at the start, {last.loss:.2f} at step {last.step}"
