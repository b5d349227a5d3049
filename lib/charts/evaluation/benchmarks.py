"""Which framework tests what, what a model finds of each choice of an item, and scores beside guessing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from lib.charts.theme import BLUE, GREEN, GREY, ORANGE, figure, line
from lib.evaluation.benchmarks import Framework, widest
from lib.evaluation.likelihood import RULES, BenchmarkScore, ItemScored

UNITS = {"acc": "nats", "acc_norm": "nats per character", "acc_bytes": "nats per byte"}


def coverage(frameworks: Sequence[Framework], wanted: Sequence[str]) -> go.Figure:
    """Which framework's tasks test which of the wanted factors."""
    best = widest(frameworks, wanted)
    count = len(best.covered(wanted))
    title = f"{best.name} tests most: {count} of {len(wanted)}" if count else "None of the five tests it"
    fig = figure(title, height=130 + 44 * len(wanted))
    names = [each.name for each in frameworks]
    for covers, colour, symbol in ((True, GREEN, "circle"), (False, GREY, "circle-open")):
        at = [(each, factor) for each in frameworks for factor in wanted if (factor in each.tests) is covers]
        fig.add_scatter(
            x=[each.name for each, _ in at],
            y=[factor for _, factor in at],
            customdata=[", ".join(each.tests.get(factor, ("no task",))) for each, factor in at],
            mode="markers",
            marker={"size": 20 if covers else 12, "color": colour, "symbol": symbol, "opacity": 1 if covers else 0.5},
            hovertemplate="%{y} in %{x}: %{customdata}<extra></extra>",
        )
    fig.update_layout(showlegend=False)
    fig.update_xaxes(categoryorder="array", categoryarray=names, side="top")
    fig.update_yaxes(categoryorder="array", categoryarray=list(reversed(wanted)))
    return fig


def choice_scores(scored: ItemScored, rule: str) -> go.Figure:
    """Each choice's score under a rule; the model takes the longest bar to the right, that is the one nearest 0."""
    picked, gold = scored.picked(rule), scored.item.gold
    values = [RULES[rule](choice) for choice in scored.choices]
    title = "Right: it took the gold answer" if picked == gold else "Wrong: another answer is more probable to it"
    labels = [
        f"{_short_label(choice.choice)}<br>{value:.2f}{', <b>taken</b>' if index == picked else ''}"
        for index, (choice, value) in enumerate(zip(scored.choices, values, strict=True))
    ]
    fig = figure(title, x=f"Log-likelihood, {UNITS[rule]}", height=150 + 52 * len(values))
    fig.add_bar(
        y=labels,
        x=values,
        orientation="h",
        marker={
            "color": [GREEN if index == gold else GREY for index in range(len(values))],
            "line": {"width": [4 if index == picked else 0 for index in range(len(values))], "color": ORANGE},
        },
        hovertemplate="%{x:.2f}<extra></extra>",
    )
    fig.update_xaxes(range=[min(values) * 1.05, 0])
    fig.update_yaxes(autorange="reversed", side="right")
    fig.update_layout(showlegend=False)
    return fig


def _short_label(text: str, limit: int = 34) -> str:
    text = text if len(text) <= limit else text[: limit - 1] + "…"
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def scores(found: Mapping[str, BenchmarkScore], rule: str) -> go.Figure:
    """Each model's share of right items with its standard error, and what guessing gives."""
    guessing = next(iter(found.values())).guessing
    best = max(found, key=lambda model: found[model].share(rule))
    title = f"{best}: {found[best].share(rule):.0%} by {rule}; guessing gives {guessing:.0%}"
    fig = figure(title, x="Right", height=120 + 56 * len(found), shapes=[line("x", guessing, color=GREY, dash="dot")])
    fig.add_bar(
        y=[_short_label(model) for model in found],
        x=[each.share(rule) for each in found.values()],
        error_x={"array": [each.standard_error(rule) for each in found.values()], "color": ORANGE, "thickness": 3},
        orientation="h",
        marker_color=BLUE,
        hovertemplate="%{y}: %{x:.1%}<extra></extra>",
    )
    fig.update_xaxes(range=[0, 1], tickformat=".0%")
    fig.update_yaxes(autorange="reversed")
    return fig
