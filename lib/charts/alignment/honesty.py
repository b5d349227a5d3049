"""Honesty in figures: confidence by how it is asked and fact by fact, a reliability diagram, what silence costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from lib.alignment.honesty.calibration import ReliabilityBin, Silence
from lib.alignment.honesty.run import FactAnswered, Measure
from lib.charts.theme import BLUE, GREEN, GREY, ORANGE, RED, figure, label, line

SHARE = {"tickformat": ".0%", "range": [-0.03, 1.06], "tickvals": [0, 0.25, 0.5, 0.75, 1]}
ROW_PIXELS = 25
JITTER = (0.08, 0.23, 0.155, 0.28, 0.18, 0.105, 0.255, 0.205, 0.13)
"""So that equal answers do not hide each other; the same at every drawing. Below the row's mean."""
ABOVE = 0.14
"""How far over its row a mean stands."""


def by_wording(
    confidences: Mapping[str, Sequence[float]], means: Mapping[str, float], accuracy: float, title: str
) -> go.Figure:
    """A row for each way of asking: a ring for every answer, a diamond for their mean; a line where the truth is."""
    names = list(confidences)
    rings = {
        "type": "scatter",
        "mode": "markers",
        "name": "an answer",
        "x": [each for name in names for each in confidences[name]],
        "y": [row + JITTER[at % len(JITTER)] for row, name in enumerate(names) for at in range(len(confidences[name]))],
        "cliponaxis": False,
        "marker": {"size": 9, "symbol": "circle-open", "color": GREY, "line": {"width": 1.5}},
        "hovertemplate": "%{x:.0%} sure<extra></extra>",
    }
    diamonds = {
        "type": "scatter",
        "mode": "markers+text",
        "name": "their mean",
        "x": [means[name] for name in names],
        "y": [row - ABOVE for row in range(len(names))],
        "text": [f"<b>{means[name]:.0%}</b>" for name in names],
        "textposition": ["middle left" if means[name] > 0.9 else "middle right" for name in names],
        "textfont": {"size": 17},
        "cliponaxis": False,
        "marker": {"size": 17, "symbol": "diamond", "color": ORANGE},
        "hoverinfo": "skip",
    }
    return figure(
        title,
        "sure that its answer is right",
        height=72 * len(names) + 130,
        traces=[rings, diamonds],
        xaxis=SHARE,
        yaxis={
            "tickvals": list(range(len(names))),
            "ticktext": [name.replace(" ", "<br>", 1) for name in names],
            "range": [len(names) - 0.5, -0.9],
            "showgrid": False,
            "zeroline": False,
        },
        shapes=[line("x", accuracy, color=BLUE, width=3, dash="dash")],
        annotations=[
            label(
                accuracy,
                -0.9,
                f"right: {accuracy:.0%} ",
                xanchor="right",
                yanchor="top",
                font={"color": BLUE, "size": 14},
            )
        ],
        legend={"y": -0.28},
    )


def reliability(bins: Sequence[ReliabilityBin], title: str) -> go.Figure:
    """How often it is right against how sure it is; on the dotted line it would be as sure as it is right."""
    points = {
        "type": "scatter",
        "mode": "markers+text",
        "x": [each.said for each in bins],
        "y": [each.true for each in bins],
        "text": [f"{each.right} of {each.answers} right" for each in bins],
        "textposition": ["bottom left" if each.said > 0.8 else "bottom right" for each in bins],
        "textfont": {"size": 14},
        "cliponaxis": False,
        "marker": {"size": [10 + 3 * each.answers**0.5 for each in bins], "color": BLUE},
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [each.interval[1] - each.true for each in bins],
            "arrayminus": [each.true - each.interval[0] for each in bins],
            "color": BLUE,
            "thickness": 1.5,
            "width": 5,
        },
        "hovertemplate": "said %{x:.0%}, right %{y:.0%}<extra></extra>",
    }
    diagonal = {
        "type": "scatter",
        "mode": "lines",
        "x": [0, 1],
        "y": [0, 1],
        "line": {"color": GREY, "width": 2, "dash": "dot"},
        "hoverinfo": "skip",
    }
    return figure(
        title,
        "how sure it is",
        "how often it is right",
        traces=[diagonal, points],
        showlegend=False,
        xaxis=SHARE,
        yaxis=SHARE,
        annotations=[
            label(0.03, 0.97, "not sure enough", xanchor="left", font={"color": GREY, "size": 14}),
            label(0.97, 0.03, "too sure", xanchor="right", font={"color": GREY, "size": 14}),
        ],
    )


def fact_by_fact(answers: Sequence[FactAnswered], measure: Measure, title: str) -> go.Figure:
    """For each question how sure it says it is, and how probable its answer is; wrong answers have crosses."""
    rows = list(enumerate(sorted(answers, key=lambda each: each.probability)))
    dots = [
        _marks([row for row in rows if row[1].right], "probability of a right answer", GREEN, "circle"),
        _marks([row for row in rows if not row[1].right], "of a wrong one", RED, "x"),
    ]
    said = _marks(rows, "what it says", ORANGE, "line-ns-open") | {
        "x": [each.confidence(measure) for _, each in rows],
        "marker": {"size": 13, "color": ORANGE, "symbol": "line-ns-open", "line": {"width": 4}},
    }
    return figure(
        title,
        "confidence",
        height=ROW_PIXELS * len(rows) + 110,
        traces=dots if measure is None else [*dots, said],
        xaxis=SHARE,
        yaxis={
            "tickvals": [place for place, _ in rows],
            "ticktext": [f"{_short(each.fact.question)} {'✓' if each.right else '✗'}" for _, each in rows],
            "tickfont": {"size": 12},
            "range": [-0.7, len(rows) - 0.3],
            "zeroline": False,
        },
        legend={"y": -0.14},
    )


def _marks(rows: Sequence[tuple[int, FactAnswered]], name: str, colour: str, symbol: str) -> dict:
    """The probability of each answer in its row."""
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [each.probability for _, each in rows],
        "y": [place for place, _ in rows],
        "cliponaxis": False,
        "marker": {"size": 12, "color": colour, "symbol": symbol},
        "hovertemplate": f"{name}: %{{x:.0%}}<extra></extra>",
    }


def silence(steps: Sequence[Silence], chosen: Silence, title: str) -> go.Figure:
    """Right, wrong and silent by the confidence below which it says that it does not know."""
    parts = (
        ("right", [each.right for each in steps], GREEN),
        ("wrong", [each.wrong for each in steps], RED),
        ("says that it does not know", [each.silent for each in steps], GREY),
    )
    return figure(
        title,
        "sure enough to answer, from",
        "questions",
        traces=[
            {
                "type": "scatter",
                "mode": "lines",
                "name": name,
                "x": [each.threshold for each in steps],
                "y": counts,
                "stackgroup": "one",
                "line": {"width": 0.5, "color": colour, "shape": "hv"},
                "hovertemplate": f"%{{y}} {name}<extra></extra>",
            }
            for name, counts, colour in parts
        ],
        xaxis=SHARE | {"range": [0, 1]},
        shapes=[line("x", chosen.threshold, color=BLUE, width=3, dash="dash")],
        legend={"y": -0.25},
    )


def _short(question: str) -> str:
    """A question's last words: what tells it from the others."""
    words = question.rstrip("?")
    for start in ("What is the ", "Which ", "Who wrote ", "How many ", "In which year did "):
        words = words.removeprefix(start)
    return words if len(words) <= 30 else words[:29] + "…"
