"""Figures of the ROUGE and BLEU playground: one message each, in the pair's own numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence

import plotly.graph_objects as go

from lib.charts.theme import BLUE, GREEN, GREY, ORANGE, RED, SEQUENCE, figure, line
from lib.metrics.pair.bleu import Bleu, brevity_penalty
from lib.metrics.pair.presets import shown
from lib.metrics.pair.rouge import RougeL

MAX_GRID_WORDS = 40
"""Wider grids cannot be read."""


def lcs_grid(longest: RougeL) -> go.Figure:
    """Every pair of equal words as a dot; the longest common subsequence as the longest way down and right."""
    on_path = set(longest.path)
    others = [
        (i, j)
        for i, word in enumerate(longest.reference)
        for j, other in enumerate(longest.candidate)
        if word == other and (i, j) not in on_path
    ]
    found = {
        "x": [j for _, j in others],
        "y": [i for i, _ in others],
        "mode": "markers",
        "marker": {"size": 13, "color": GREY, "opacity": 0.45},
        "hoverinfo": "skip",
    }
    path = {
        "x": [j for _, j in longest.path],
        "y": [i for i, _ in longest.path],
        "mode": "lines+markers",
        "marker": {"size": 18, "color": BLUE},
        "line": {"width": 3, "color": BLUE},
        "text": [longest.reference[i] for i, _ in longest.path],
        "hovertemplate": "%{text}<extra></extra>",
    }
    return figure(
        f"{longest.matched} of {len(longest.reference)} reference words in the same order",
        x="Candidate",
        height=160 + 30 * len(longest.reference),
        traces=[{"type": "scatter", **found}, {"type": "scatter", **path}],
        showlegend=False,
        xaxis={**_word_ticks(longest.candidate), "side": "bottom"},
        yaxis={**_word_ticks(longest.reference), "autorange": "reversed"},
    )


def _word_ticks(words: Sequence[str]) -> dict:
    short = [word if len(word) <= 12 else word[:11] + "…" for word in words]
    return {"tickvals": list(range(len(words))), "ticktext": [_plain(word) for word in short], "showgrid": True}


def _plain(word: str) -> str:
    """plotly reads tags in labels: show them instead."""
    return word.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def precisions(scored: Bleu) -> go.Figure:
    """For each order what matched, what was clipped, and the rest, as shares of the candidate's n-grams."""
    title = f"BLEU {shown(scored.score)}; the plain average of these bars is {shown(scored.average_precision)}"
    orders = [f"{each.n}-grams" for each in scored.overlaps]
    totals = [max(each.candidate_total, 1) for each in scored.overlaps]
    matched = [each.matched / total for each, total in zip(scored.overlaps, totals, strict=True)]
    clipped = [(each.unclipped - each.matched) / total for each, total in zip(scored.overlaps, totals, strict=True)]
    traces = [
        {
            "type": "bar",
            "x": orders,
            "y": matched,
            "name": "matched",
            "marker": {"color": BLUE},
            "text": [f"{each.matched}/{each.candidate_total}" for each in scored.overlaps],
            "textposition": "auto",
            "insidetextanchor": "end",
            "textfont": {"size": 16},
        }
    ]
    if any(clipped):
        look = {"color": RED, "pattern": {"shape": "/"}, "opacity": 0.7}
        name = "clipped: found, but too often"
        traces.append({"type": "bar", "x": orders, "y": clipped, "name": name, "marker": look})
    return figure(
        title,
        y="Share of n-grams",
        height=340,
        traces=traces,
        barmode="stack",
        showlegend=any(clipped),
        yaxis={"range": [0, 1.05], "tickformat": ".0%"},
    )


def brevity_curve(scored: Bleu) -> go.Figure:
    """The brevity penalty against the candidate's length, with this candidate on it."""
    reference, candidate = scored.reference_length, scored.candidate_length
    penalty = scored.brevity_penalty
    words = "word" if candidate == 1 else "words"
    end = max(2 * reference, candidate + 2, 4)
    lengths = [end * step / 200 for step in range(1, 201)]
    curve = {
        "x": lengths,
        "y": [1.0 if length > reference else math.exp(1 - reference / length) for length in lengths],
        "mode": "lines",
        "line": {"color": GREY, "width": 3},
        "hoverinfo": "skip",
    }
    here = {
        "x": [candidate],
        "y": [brevity_penalty(reference, candidate)],
        "mode": "markers",
        "marker": {"size": 18, "color": ORANGE},
        "hovertemplate": f"{candidate} {words}: {shown(penalty)}<extra></extra>",
    }
    name = {"x": reference, "y": 0.03, "text": "reference", "showarrow": False, "xanchor": "left", "xshift": 6}
    return figure(
        f"{candidate} {words} against {reference}: penalty {shown(penalty)}",
        x="Words in the candidate",
        y="Brevity penalty",
        height=340,
        traces=[{"type": "scatter", **curve}, {"type": "scatter", **here}],
        shapes=[line("x", reference, color=GREY, dash="dot")],
        annotations=[name],
        showlegend=False,
        xaxis={"range": [0, end]},
        yaxis={"range": [0, 1.08]},
    )


def smoothings(names: Sequence[str], scores: Sequence[float | None]) -> go.Figure:
    """BLEU by each smoothing method; above 1 stands out."""
    highest = max((score for score in scores if score is not None), default=0.0)
    over = highest > 1 + 1e-9
    bars = {
        "type": "bar",
        "y": list(names),
        "x": [score or 0 for score in scores],
        "orientation": "h",
        "marker": {"color": [RED if (score or 0) > 1 + 1e-9 else GREEN for score in scores]},
        "text": ["stops" if score is None else shown(score) for score in scores],
        "textposition": "outside",
        "cliponaxis": False,
    }
    return figure(
        "Some methods exceed 1" if over else f"One pair, eight smoothings: up to {shown(highest)}",
        x="BLEU",
        height=340,
        traces=[bars],
        showlegend=False,
        xaxis={"range": [0, max(1.0, highest) * 1.25]},
        yaxis={"autorange": "reversed"},
    )


def rankings(
    measures: Sequence[str], places: Sequence[Sequence[float]], labels: Sequence[str], title: str
) -> go.Figure:
    """Each candidate's place by each judge, the student first; lines that cross are disagreements.

    places  one row a candidate, one place a measure; 1 is best, ties share a place
    """
    traces = []
    for index, (label, row) in enumerate(zip(labels, places, strict=True)):
        # Ties share a place; side by side both can be read.
        tied = [[other for other in places if other[judge] == place].index(row) for judge, place in enumerate(row)]
        ties = [sum(other[judge] == place for other in places) for judge, place in enumerate(row)]
        traces.append(
            {
                "type": "scatter",
                "x": list(measures),
                "y": [place + 0.3 * (at - (among - 1) / 2) for place, at, among in zip(row, tied, ties, strict=True)],
                "mode": "lines+markers+text",
                "line": {"color": SEQUENCE[index], "width": 4},
                "marker": {"size": 26, "color": SEQUENCE[index]},
                "text": [label] * len(row),
                "textposition": "middle center",
                "textfont": {"color": "white", "size": 14},
                "hovertemplate": f"{label}: place %{{y}} by %{{x}}<extra></extra>",
            }
        )
    ticks = list(range(1, len(labels) + 1))
    return figure(
        title,
        y="Place",
        height=380,
        traces=traces,
        showlegend=False,
        yaxis={"range": [len(labels) + 0.5, 0.5], "tickvals": ticks},
    )
