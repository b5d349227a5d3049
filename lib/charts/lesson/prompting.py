"""How many sentences get their label, by examples, by order and wording, by way; learnt vectors beside real words."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from lib.charts.theme import BLUE, GREY, ORANGE, figure, label, line
from lib.lesson.prompting.runs import NearestWords, OwnAnswer
from lib.lesson.prompting.scores import Score


def _whiskers(scores: Sequence[Score]) -> dict:
    """95% intervals as plotly has them: how far up and down from the point, in per cent."""
    return {
        "type": "data",
        "symmetric": False,
        "array": [100 * (each.interval[1] - each.accuracy) for each in scores],
        "arrayminus": [100 * (each.accuracy - each.interval[0]) for each in scores],
        "thickness": 2,
        "width": 6,
        "color": GREY,
    }


def accuracy_by_examples(names: Sequence[str], scores: Sequence[Score], guessing: float, title: str) -> go.Figure:
    """Share of sentences with the right label against the number of examples, with 95% intervals."""
    told = _told_points(scores)
    return figure(
        title,
        "examples in the prompt",
        "right labels (%)",
        height=360,
        traces=[
            {
                "type": "scatter",
                "mode": "lines+markers+text",
                "x": list(names),
                "y": [100 * each.accuracy for each in scores],
                "error_y": _whiskers(scores),
                "text": [f"{each.accuracy:.0%}" if at in told else "" for at, each in enumerate(scores)],
                "textposition": [told.get(at, "top right") for at in range(len(scores))],
                "textfont": {"size": 14},
                "cliponaxis": False,
                "line": {"color": BLUE, "width": 3},
                "marker": {"size": 11},
            }
        ],
        showlegend=False,
        xaxis={"type": "category"},
        yaxis={"range": [0, 105]},
        shapes=[line("y", 100 * guessing, color=ORANGE, width=2, dash="dash")],
        annotations=[label(0.99, 100 * guessing, "guessing", xref="paper", xanchor="right", yshift=12)],
    )


def _told_points(scores: Sequence[Score]) -> dict[int, str]:
    """Points whose figure is written beside them, and where: the first, the last, the least and the most. All of them
    would run into each other on a phone, and the last one's leave it."""
    shares = [each.accuracy for each in scores]
    last, least, most = len(shares) - 1, shares.index(min(shares)), shares.index(max(shares))
    room = {most: "top right"} if most < last - 1 else {}
    return {0: "top right", **room, least: "bottom right", last: "top left"}


def accuracy_in_rows(names: Sequence[str], scores: Sequence[Score], guessing: float, title: str) -> go.Figure:
    """The same, a row for each way of asking or of learning."""
    return figure(
        title,
        "right labels (%); dashed: guessing",
        height=70 + 52 * len(scores),
        traces=[
            {
                "type": "scatter",
                "mode": "markers+text",
                "y": list(names),
                "x": [100 * each.accuracy for each in scores],
                "error_x": _whiskers(scores),
                "text": [f"{each.accuracy:.0%}" for each in scores],
                "textposition": "top center",
                "textfont": {"size": 14},
                "cliponaxis": False,
                "marker": {"size": 13, "color": BLUE},
            }
        ],
        showlegend=False,
        xaxis={"range": [0, 103]},
        yaxis={"autorange": "reversed", "type": "category"},
        shapes=[line("x", 100 * guessing, color=ORANGE, width=2, dash="dash")],
    )


def how_far_from_words(found: NearestWords, names: Sequence[str], title: str) -> go.Figure:
    """Distance of each learnt vector to its nearest word; dashed: of a real word to the nearest other one."""
    furthest = max(each.distance for each in found.near)
    return figure(
        title,
        "distance; dashed: between words",
        height=70 + 28 * len(found.near),
        traces=[
            {
                "type": "bar",
                "orientation": "h",
                "y": list(names),
                "x": [each.distance for each in found.near],
                "text": [f"{each.distance:.1f}" for each in found.near],
                "textposition": "outside",
                "cliponaxis": False,
                "marker": {"color": BLUE},
            }
        ],
        showlegend=False,
        xaxis={"range": [0, 1.2 * furthest]},
        yaxis={"autorange": "reversed", "type": "category"},
        shapes=[line("x", found.usual_distance, color=ORANGE, width=3, dash="dash")],
    )


def own_labels(found: OwnAnswer, title: str) -> go.Figure:
    """How likely each label is for one sentence, among the labels."""
    return figure(
        title,
        "probability among the labels (%)",
        height=220,
        traces=[
            {
                "type": "bar",
                "orientation": "h",
                "y": [label for label, _ in found.probabilities],
                "x": [100 * share for _, share in found.probabilities],
                "text": [f"{share:.1%}" for _, share in found.probabilities],
                "textposition": "outside",
                "cliponaxis": False,
                "marker": {"color": BLUE},
            }
        ],
        showlegend=False,
        xaxis={"range": [0, 118]},
        yaxis={"autorange": "reversed"},
    )
