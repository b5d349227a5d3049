"""What a run tells beside its losses: learning rate, gradient norm, speed and memory, step by step."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from lib.charts.theme import BLUE, GREEN, GREY, ORANGE, PURPLE, figure
from lib.training.events import Step
from lib.training.run import FineTuningRun
from lib.units import MB


def schedule(run: FineTuningRun, done: int = 0) -> go.Figure:
    """The learning rate of every step before any is taken; a mark where the run is."""
    steps = list(range(1, run.steps + 1))
    rates = [run.learning_rate_at(step) for step in steps]
    traces = [{"type": "scatter", "x": steps, "y": rates, "mode": "lines", "line": {"color": PURPLE, "width": 3}}]
    if done:
        point = {"size": 11, "color": ORANGE}
        traces.append({"type": "scatter", "x": [done], "y": [rates[done - 1]], "mode": "markers", "marker": point})
    title = f"Learning rate: peak {max(rates):.3g}, last step {rates[-1]:.3g}"
    return figure(title, "step", height=150, traces=traces, showlegend=False, yaxis={"rangemode": "tozero"})


def describe_schedule(run: FineTuningRun) -> str:
    rates = [run.learning_rate_at(step) for step in (1, run.steps)]
    return f"Learning rate from {rates[0]:.3g} at step 1 to {rates[1]:.3g} at step {run.steps}"


def vital_signs(run: FineTuningRun, steps: Sequence[Step]) -> go.Figure:
    """Four small panels over the same steps: learning rate, norm of the gradient, speed, memory."""
    panels = (
        ("rate", [run.learning_rate_at(each.step) for each in steps], PURPLE),
        ("gradient", [each.grad_norm for each in steps], BLUE),
        ("tokens/s", [each.tokens_per_s for each in steps], GREEN),
        ("MB", [each.memory_bytes / MB for each in steps], GREY),
    )
    traces, axes, words = [], {}, []
    for index, (name, values, colour) in enumerate(panels):
        number = "" if index == 0 else str(index + 1)
        left, upper = 0.57 * (index % 2), index < 2  # between them is room for the right ones' numbers on a phone
        bottom = 0.6 if upper else 0.0
        axes[f"xaxis{number}"] = {"domain": [left, left + 0.43], "anchor": f"y{number}", "range": [0, run.steps]}
        axes[f"yaxis{number}"] = {"domain": [bottom, bottom + 0.32], "anchor": f"x{number}", "rangemode": "tozero"}
        traces.append(
            {
                "type": "scatter",
                "x": [each.step for each in steps],
                "y": values,
                "mode": "lines",
                "line": {"color": colour, "width": 2},
                "xaxis": f"x{number}",
                "yaxis": f"y{number}",
            }
        )
        now = f": {_shown(values[-1])}" if values else ""
        words.append(
            {
                "text": f"<b>{name}{now}</b>",
                "showarrow": False,
                "xref": "paper",
                "yref": "paper",
                "x": left,
                "y": bottom + 0.34,
                "xanchor": "left",
                "yanchor": "bottom",
                "font": {"color": colour, "size": 15},
            }
        )
    return figure(height=340, traces=traces, showlegend=False, annotations=words, margin={"t": 8}, **axes)


def describe_vital_signs(steps: Sequence[Step]) -> str:
    """The panels in a sentence, for a screen reader."""
    if not steps:
        return "Learning rate, gradient norm, speed and memory, still empty"
    last = steps[-1]
    return (
        f"At step {last.step}: gradient norm {last.grad_norm:.3g}, {last.tokens_per_s:,.0f} tokens per second, "
        f"{last.memory_bytes / MB:,.0f} MB"
    )


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
