"""A reward model in figures: learning, how much is enough, calibration, length."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from lib.alignment.answers import Answer
from lib.alignment.reward.length import slope_through_mean
from lib.alignment.reward.run import Bin, CurvePoint, RewardStep
from lib.charts.theme import BLUE, GREY, ORANGE, figure, line
from lib.units import format_signed, number_of

CHANCE = {"x": 1, "xref": "paper", "xanchor": "right", "y": 0.5, "yanchor": "bottom", "showarrow": False}
PERCENT = {"tickformat": ".0%", "range": [0, 1.05]}


def learning(steps: Sequence[RewardStep]) -> go.Figure:
    """Accuracy on the pairs it learns from and on those about prompts held out, by updates."""
    last = steps[-1] if steps else None
    title = f"Right on {last.held_out_accuracy:.0%} of pairs it has not seen" if last else "Learning"
    x = [each.step for each in steps]
    return figure(
        title,
        "updates",
        "pairs judged right",
        traces=[
            _named_line(x, [each.training_accuracy for each in steps], "pairs it learns from", GREY, dash="dash"),
            _named_line(x, [each.held_out_accuracy for each in steps], "prompts held out", BLUE),
        ],
        yaxis=PERCENT,
        shapes=[line("y", 0.5, color=GREY, width=1, dash="dot")],
        annotations=[CHANCE | {"text": "a coin"}],
    )


def enough(points: Sequence[CurvePoint], longer: float) -> go.Figure:
    """Accuracy on prompts never seen by the number of prompts ranked, with its spread; the longer-wins rule beside."""
    ends = points if len(points) < 2 else (points[0], points[-1])
    return figure(
        ", ".join(f"{each.accuracy:.0%} from {number_of(each.prompts, 'prompt')}" for each in ends),
        "prompts ranked",
        "held-out pairs judged right",
        traces=[
            {
                **_named_line([each.prompts for each in points], [each.accuracy for each in points], "", BLUE),
                "mode": "lines+markers",
                "marker": {"size": 11},
                "error_y": {"array": [each.spread for each in points], "thickness": 2, "width": 6},
            }
        ],
        showlegend=False,
        xaxis={
            "type": "log",
            "tickvals": [each.prompts for each in points],
            "ticktext": [str(p.prompts) for p in points],
        },
        yaxis=PERCENT,
        shapes=[
            line("y", 0.5, color=GREY, width=1, dash="dot"),
            line("y", longer, color=ORANGE, width=2, dash="dash"),
        ],
        annotations=[
            # At the foot, where no accuracy is: beside their lines they would lie on the curve's bars.
            CHANCE | {"text": "· · · a coin: 50%", "y": 0.02},
            CHANCE | {"text": f"– – “the longer one is better”: {longer:.0%}", "y": 0.12, "font": {"color": ORANGE}},
        ],
    )


def calibration(bins: Sequence[Bin], error: float) -> go.Figure:
    """How often it is right, against how sure it says it is."""
    return figure(
        f"It says how sure it is with an error of {error:.0%}",
        "how sure it says it is",
        "how often it is right",
        traces=[
            {**_named_line([0.5, 1], [0.5, 1], "", GREY, dash="dot"), "hoverinfo": "skip"},
            {
                **_named_line([each.said for each in bins], [each.true for each in bins], "", BLUE),
                "mode": "lines+markers+text",
                "marker": {"size": 12},
                "text": [number_of(each.pairs, "pair") for each in bins],
                "textposition": "top center",
                "cliponaxis": False,
            },
        ],
        showlegend=False,
        xaxis={"tickformat": ".0%", "range": [0.48, 1.02]},
        yaxis=PERCENT,
    )


def length(
    answers: Sequence[tuple[Answer, float, float]], correlation: float | None, reach: float, *, lengthless: bool
) -> go.Figure:
    """Every answer's reward against its length, both less the mean of its prompt's answers, and the straight line;
    rewards from -reach to reach, so that two such figures have one scale."""
    what = "Corrected" if lengthless else "As learnt"
    says = "not defined" if correlation is None else format_signed(correlation)
    colour = BLUE if lengthless else ORANGE
    tokens, rewards = [each for _, each, _ in answers], [each for _, _, each in answers]
    slope = slope_through_mean(tokens, rewards)
    ends = [min(tokens), max(tokens)]
    return figure(
        f"{what}: correlation {says}",
        "tokens - its prompt's mean",
        "reward - its prompt's mean",
        traces=[
            {
                "type": "scatter",
                "mode": "markers",
                "x": tokens,
                "y": rewards,
                "marker": {"size": 10, "color": colour, "symbol": "circle" if lengthless else "x"},
                "hovertext": [answer.text[:80] for answer, _, _ in answers],
                "hoverinfo": "text",
            },
            {**_named_line(ends, [slope * each for each in ends], "", colour), "hoverinfo": "skip"},
        ],
        showlegend=False,
        yaxis={"range": [-1.05 * reach, 1.05 * reach]},
    )


def _named_line(x: Sequence[float], y: Sequence[float], name: str, colour: str, dash: str = "solid") -> dict:
    shape = {"color": colour, "width": 3, "dash": dash}
    return {"type": "scatter", "mode": "lines", "x": list(x), "y": list(y), "name": name, "line": shape}
