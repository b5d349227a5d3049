"""Two filters in figures: their confusion matrices, the classifier's scores, and what a day costs."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from lib.alignment.toxicity.confusion import Confusion, CostAt
from lib.alignment.toxicity.texts import KINDS, Labelled
from lib.charts.theme import BLUE, GREEN, GREY, ORANGE, RED, figure, label, line

JITTER = (-0.24, 0.12, -0.06, 0.24, 0.0, -0.18, 0.18, 0.06)
"""So that texts with the same score do not hide each other; the same at every drawing."""
TINT = [[0, RED], [0.5, "#efe9e1"], [1, GREEN]]
"""Opaque, so that plotly chooses a text colour that can be read on a light and on a dark page."""


def matrices(named: Sequence[tuple[str, Confusion]], title: str) -> go.Figure:
    """Each filter's four counts: rows are what a text is, columns what the filter does."""
    traces, layout, most = [], {}, max(max(each.rude, each.harmless) for _, each in named)
    width = 1 / len(named)
    for number, (name, each) in enumerate(named):
        axis = "" if number == 0 else str(number + 1)
        counts = [[each.passed, each.false_alarms], [each.misses, each.hits]]
        words = [["passed", "false<br>alarms"], ["misses", "hits"]]
        traces.append(
            {
                "type": "heatmap",
                "x": ["passes", "flags"],
                "y": ["harmless", "rude"],
                "z": [[counts[0][0], -counts[0][1]], [-counts[1][0], counts[1][1]]],
                "text": [
                    [
                        f"<b>{count}</b><br><span style='font-size:13px'>{word}</span>"
                        for count, word in zip(*row, strict=True)
                    ]
                    for row in zip(counts, words, strict=True)
                ],
                "texttemplate": "%{text}",
                "textfont": {"size": 18},
                "zmin": -most,
                "zmax": most,
                "colorscale": TINT,
                "showscale": False,
                "hoverinfo": "skip",
                "xgap": 4,
                "ygap": 4,
                "xaxis": f"x{axis}",
                "yaxis": f"y{axis}",
            }
        )
        layout[f"xaxis{axis}"] = {
            "domain": [number * width + 0.06 * (number > 0), (number + 1) * width - 0.02],
            "title": {"text": f"<b>{name}</b>", "font": {"size": 15}},
            "tickfont": {"size": 14},
            "fixedrange": True,
        }
        layout[f"yaxis{axis}"] = {
            "anchor": f"x{axis}",
            "autorange": "reversed",
            "fixedrange": True,
            "showticklabels": number == 0,
        }
    return figure(title, height=300, traces=traces, **layout)


def scores(
    texts: Sequence[Labelled], shown: Sequence[str], found: Sequence[float], threshold: float, title: str
) -> go.Figure:
    """Every text's score by kind; a cross where the threshold puts it on the wrong side. `shown`: masked texts."""
    kinds = [kind for kind in KINDS if any(each.kind == kind for each in texts)]
    wrong = [(score >= threshold) != each.rude for each, score in zip(texts, found, strict=True)]
    return figure(
        title,
        "the classifier’s P(rude)",
        height=64 * len(kinds) + 110,
        traces=[
            {
                "type": "scatter",
                "mode": "markers",
                "x": list(found),
                "y": [kinds.index(each.kind) + JITTER[at % len(JITTER)] for at, each in enumerate(texts)],
                "cliponaxis": False,
                "marker": {
                    "size": 11,
                    "color": [
                        RED if each else (ORANGE if text.rude else GREEN)
                        for each, text in zip(wrong, texts, strict=True)
                    ],
                    "symbol": ["x" if each else "circle" for each in wrong],
                },
                "text": list(shown),
                "hovertemplate": "%{text}<br>%{x:.0%}<extra></extra>",
            }
        ],
        showlegend=False,
        xaxis={"tickformat": ".0%", "range": [-0.02, 1.02]},
        yaxis={
            "tickvals": list(range(len(kinds))),
            "ticktext": [KINDS[kind].replace(", ", ",<br>") for kind in kinds],
            "range": [len(kinds) - 0.5, -0.85],
            "showgrid": False,
            "zeroline": False,
        },
        shapes=[line("x", threshold, color=BLUE, width=3, dash="dash")],
        annotations=[_flagged_from(threshold)],
    )


def _flagged_from(threshold: float) -> dict:
    """On the side of the line on which there is room."""
    font = {"color": BLUE, "size": 13}
    if threshold < 0.75:
        return label(threshold, -0.85, "flagged →", xanchor="left", yanchor="top", font=font)
    return label(threshold, -0.85, "← passes", xanchor="right", yanchor="top", font=font)


def cost(curve: Sequence[CostAt], chosen: CostAt, best: CostAt, title: str) -> go.Figure:
    """What a day costs at each threshold."""
    return figure(
        title,
        "threshold",
        "cost of a day",
        height=300,
        traces=[
            {
                "type": "scatter",
                "mode": "lines",
                "x": [each.threshold for each in curve],
                "y": [each.cost for each in curve],
                "line": {"color": GREY, "width": 3, "shape": "hv"},
                "hovertemplate": "from %{x:.0%}: %{y:,.0f}<extra></extra>",
            },
            {
                "type": "scatter",
                "mode": "markers+text",
                "x": [chosen.threshold, best.threshold],
                "y": [chosen.cost, best.cost],
                "text": ["yours", "cheapest"],
                "textposition": ["top right" if chosen.threshold < 0.8 else "top left", "bottom left"],
                "cliponaxis": False,
                "marker": {"size": 13, "color": [BLUE, GREEN], "symbol": ["circle", "diamond"]},
                "hoverinfo": "skip",
            },
        ],
        showlegend=False,
        xaxis={"tickformat": ".0%", "range": [-0.02, 1.03]},
        yaxis={"rangemode": "tozero"},
    )
