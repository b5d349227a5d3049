"""How likely the right answer is after each prompt, and what was learnt in one format in another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from lib.charts.theme import BLUE, GREEN, GREY, ORANGE, figure
from lib.lesson.prompt_formats.asked.breaks import RIGHT, Said
from lib.lesson.prompt_formats.asked.learning import AskedIn


def right_answer_by_prompt(said: Sequence[Said], title: str) -> go.Figure:
    """Log-probability of the right answer in nats after each prompt, in the order asked; nearer to 0 is likelier."""
    lowest = min(each.log_probability_nats for each in said)
    return figure(
        title,
        "log-probability (nats; 0 is certain)",
        height=90 + 52 * len(said),
        traces=[
            {
                "type": "bar",
                "orientation": "h",
                "y": [each.prompt.title for each in said],
                "x": [each.log_probability_nats for each in said],
                "text": [f"{each.log_probability_nats:.1f}" for each in said],
                "textposition": "outside",
                "textfont": {"size": 15},
                "cliponaxis": False,
                "marker": {"color": [GREEN if each.prompt.key == RIGHT else ORANGE for each in said]},
            }
        ],
        showlegend=False,
        xaxis={"range": [1.22 * lowest, 0]},
        yaxis={"autorange": "reversed"},
    )


def loss_by_format(asked: Sequence[AskedIn], titles: Mapping[str, str], title: str) -> go.Figure:
    """Held-out loss on the answers in each format, before the run and after it; the learnt format first."""
    names = [titles[each.format] for each in asked]
    highest = max(max(each.loss_before, each.loss_after) for each in asked)

    def bars(label: str, losses: list[float], colour: str) -> dict:
        return {
            "type": "bar",
            "name": label,
            "x": names,
            "y": losses,
            "text": [f"{label}<br>{loss:.2f}" for loss in losses],
            "textposition": "outside",
            "textfont": {"size": 14},
            "cliponaxis": False,
            "marker": {"color": colour},
        }

    return figure(
        title,
        "format in which it is asked; the first is the one it learnt in",
        "loss on the answer (nats per token)",
        height=360,
        traces=[
            bars("before", [each.loss_before for each in asked], GREY),
            bars("after", [each.loss_after for each in asked], BLUE),
        ],
        showlegend=False,
        barmode="group",
        yaxis={"range": [0, 1.25 * highest]},
    )
