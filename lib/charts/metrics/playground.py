"""Figures of the ROUGE and BLEU playground: one message each, in the pair's own numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence

import plotly.graph_objects as go

from lib.charts.theme import BLUE, GREEN, GREY, ORANGE, RED, SEQUENCE, figure
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
    fig = figure(
        f"{longest.matched} of {len(longest.reference)} reference words in the same order",
        x="Candidate",
        height=160 + 30 * len(longest.reference),
    )
    fig.add_scatter(
        x=[j for _, j in others],
        y=[i for i, _ in others],
        mode="markers",
        marker={"size": 13, "color": GREY, "opacity": 0.45},
        hoverinfo="skip",
    )
    fig.add_scatter(
        x=[j for _, j in longest.path],
        y=[i for i, _ in longest.path],
        mode="lines+markers",
        marker={"size": 18, "color": BLUE},
        line={"width": 3, "color": BLUE},
        text=[longest.reference[i] for i, _ in longest.path],
        hovertemplate="%{text}<extra></extra>",
    )
    fig.update_layout(showlegend=False)
    fig.update_xaxes(**_word_ticks(longest.candidate), side="bottom")
    fig.update_yaxes(**_word_ticks(longest.reference), autorange="reversed")
    return fig


def _word_ticks(words: Sequence[str]) -> dict:
    short = [word if len(word) <= 12 else word[:11] + "…" for word in words]
    return {"tickvals": list(range(len(words))), "ticktext": [_plain(word) for word in short], "showgrid": True}


def _plain(word: str) -> str:
    """plotly reads tags in labels: show them instead."""
    return word.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def precisions(scored: Bleu) -> go.Figure:
    """For each order what matched, what was clipped, and the rest, as shares of the candidate's n-grams."""
    title = f"BLEU {shown(scored.score)}; the plain average of these bars is {shown(scored.average_precision)}"
    fig = figure(title, y="Share of n-grams", height=340)
    orders = [f"{each.n}-grams" for each in scored.overlaps]
    totals = [max(each.candidate_total, 1) for each in scored.overlaps]
    matched = [each.matched / total for each, total in zip(scored.overlaps, totals, strict=True)]
    clipped = [(each.unclipped - each.matched) / total for each, total in zip(scored.overlaps, totals, strict=True)]
    fig.add_bar(
        x=orders,
        y=matched,
        name="matched",
        marker_color=BLUE,
        text=[f"{each.matched}/{each.candidate_total}" for each in scored.overlaps],
        textposition="auto",
        insidetextanchor="end",
        textfont={"size": 16},
    )
    if any(clipped):
        fig.add_bar(
            x=orders,
            y=clipped,
            name="clipped: found, but too often",
            marker={"color": RED, "pattern": {"shape": "/"}, "opacity": 0.7},
        )
    fig.update_layout(barmode="stack", showlegend=any(clipped))
    fig.update_yaxes(range=[0, 1.05], tickformat=".0%")
    return fig


def brevity_curve(scored: Bleu) -> go.Figure:
    """The brevity penalty against the candidate's length, with this candidate on it."""
    reference, candidate = scored.reference_length, scored.candidate_length
    penalty = scored.brevity_penalty
    words = "word" if candidate == 1 else "words"
    fig = figure(
        f"{candidate} {words} against {reference}: penalty {shown(penalty)}",
        x="Words in the candidate",
        y="Brevity penalty",
        height=340,
    )
    end = max(2 * reference, candidate + 2, 4)
    lengths = [end * step / 200 for step in range(1, 201)]
    curve = [1.0 if length > reference else math.exp(1 - reference / length) for length in lengths]
    fig.add_scatter(x=lengths, y=curve, mode="lines", line={"color": GREY, "width": 3}, hoverinfo="skip")
    fig.add_scatter(
        x=[candidate],
        y=[brevity_penalty(reference, candidate)],
        mode="markers",
        marker={"size": 18, "color": ORANGE},
        hovertemplate=f"{candidate} {words}: {shown(penalty)}<extra></extra>",
    )
    fig.add_vline(x=reference, line={"color": GREY, "dash": "dot"})
    fig.add_annotation(x=reference, y=0.03, text="reference", showarrow=False, xanchor="left", xshift=6)
    fig.update_layout(showlegend=False)
    fig.update_yaxes(range=[0, 1.08])
    fig.update_xaxes(range=[0, end])
    return fig


def smoothings(names: Sequence[str], scores: Sequence[float | None]) -> go.Figure:
    """BLEU by each smoothing method; above 1 stands out."""
    highest = max((score for score in scores if score is not None), default=0.0)
    over = highest > 1 + 1e-9
    fig = figure(
        "Some methods exceed 1" if over else f"One pair, eight smoothings: up to {shown(highest)}",
        x="BLEU",
        height=340,
    )
    colours = [RED if (score or 0) > 1 + 1e-9 else GREEN for score in scores]
    fig.add_bar(
        y=list(names),
        x=[score or 0 for score in scores],
        orientation="h",
        marker_color=colours,
        text=["stops" if score is None else shown(score) for score in scores],
        textposition="outside",
        cliponaxis=False,
    )
    fig.update_xaxes(range=[0, max(1.0, highest) * 1.25])
    fig.update_yaxes(autorange="reversed")
    fig.update_layout(showlegend=False)
    return fig


def rankings(
    measures: Sequence[str], places: Sequence[Sequence[float]], labels: Sequence[str], title: str
) -> go.Figure:
    """Each candidate's place by each judge, the student first; lines that cross are disagreements.

    places  one row a candidate, one place a measure; 1 is best, ties share a place
    """
    fig = figure(title, y="Place", height=380)
    for index, (label, row) in enumerate(zip(labels, places, strict=True)):
        # Ties share a place; side by side both can be read.
        tied = [[other for other in places if other[judge] == place].index(row) for judge, place in enumerate(row)]
        ties = [sum(other[judge] == place for other in places) for judge, place in enumerate(row)]
        fig.add_scatter(
            x=list(measures),
            y=[place + 0.3 * (at - (among - 1) / 2) for place, at, among in zip(row, tied, ties, strict=True)],
            mode="lines+markers+text",
            line={"color": SEQUENCE[index], "width": 4},
            marker={"size": 26, "color": SEQUENCE[index]},
            text=[label] * len(row),
            textposition="middle center",
            textfont={"color": "white", "size": 14},
            hovertemplate=f"{label}: place %{{y}} by %{{x}}<extra></extra>",
        )
    fig.update_layout(showlegend=False)
    fig.update_yaxes(range=[len(labels) + 0.5, 0.5], tickvals=list(range(1, len(labels) + 1)))
    return fig
