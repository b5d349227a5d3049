"""Which texts speak for an answer, and what is left of it without them."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from lib.charts.theme import BLUE, GREEN, GREY, ORANGE, RED, figure
from lib.training.influence.run import Chances, Traced


def all_scores(traced: Traced) -> go.Figure:
    """Every training text's score, the highest first, as a share of the highest."""
    shares = [traced.share(index) for index in traced.order]
    loud = sum(share >= 0.5 for share in shares)
    speak = "speaks" if loud == 1 else "speak"
    return figure(
        f"{loud} of {len(shares)} texts {speak} at least half as loudly for it as the first",
        "training texts, the loudest first",
        "share of the highest score",
        height=260,
        traces=[{"type": "bar", "y": shares, "marker": {"color": [GREEN if share > 0 else RED for share in shares]}}],
        bargap=0,
        annotations=[
            _named("for the answer", 0.03, 0.9, GREEN, "left"),
            # On the zero line: below it the bars are as red as the words.
            {**_named("against it", 0.97, 0.0, RED, "right"), "yref": "y", "yanchor": "bottom"},
        ],
    )


def _named(text: str, x: float, y: float, colour: str, side: str) -> dict:
    place = {"x": x, "y": y, "xref": "paper", "yref": "paper", "xanchor": side}
    return {"text": f"<b>{text}</b>", "showarrow": False, "font": {"color": colour, "size": 15}, **place}


def kept_without(rows: Sequence[tuple[str, Chances]]) -> go.Figure:
    """Log-probability of one answer by several models, from top to bottom; `rows` names each in a few words."""
    colours = [GREY, BLUE, ORANGE, GREEN]
    names = [name for name, _ in rows]
    values = [chances.log_probability_nats for _, chances in rows]
    shown = min(values[1:], default=values[0])  # before training it is often so unlikely that nothing else is seen
    left = min(3.0 * shown, -1.0)
    return figure(
        "How likely is the answer?",
        "log-probability (nats); further right is likelier",
        height=90 + 56 * len(rows),
        traces=[
            {
                "type": "bar",
                "orientation": "h",
                "y": names,
                "x": [max(value, left) for value in values],
                "text": [f"{value:.1f}" + (" (off the chart)" if value < left else "") for value in values],
                "textposition": "inside",
                "insidetextanchor": "end",
                "textfont": {"size": 15},
                "marker": {"color": colours[: len(rows)]},
            }
        ],
        yaxis={"autorange": "reversed", "automargin": True},
        xaxis={"range": [left, 0]},
    )
