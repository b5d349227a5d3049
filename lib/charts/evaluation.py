"""Figures of the evaluation chapters: benchmarks, abilities, skills, the choice of a model."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from lib.charts.theme import BLUE, GREEN, GREY, ORANGE, RED, SEQUENCE, figure
from lib.evaluation.course import Framework, SurveyRow
from lib.evaluation.likelihood import RULES, ItemScored
from lib.evaluation.selection import Factor, Flip, Ranked


def coverage(frameworks: Sequence[Framework], wanted: Sequence[str]) -> go.Figure:
    """Which framework considers which of the wanted factors."""
    counts = {each.name: sum(factor in each.factors for factor in wanted) for each in frameworks}
    best = max(counts, key=counts.__getitem__)
    some = f"{counts[best]} of {len(wanted)}"
    title = f"{best} covers all {len(wanted)}" if counts[best] == len(wanted) else f"The best, {best}, covers {some}"
    fig = figure(title, height=130 + 44 * len(wanted))
    names = [each.name for each in frameworks]
    for covers, colour, symbol in ((True, GREEN, "circle"), (False, GREY, "circle-open")):
        at = [(each.name, factor) for each in frameworks for factor in wanted if (factor in each.factors) is covers]
        fig.add_scatter(
            x=[name for name, _ in at],
            y=[factor for _, factor in at],
            mode="markers",
            marker={"size": 20 if covers else 12, "color": colour, "symbol": symbol, "opacity": 1 if covers else 0.5},
            hovertemplate="%{x}: %{y}<extra></extra>" if covers else "%{x}: not %{y}<extra></extra>",
        )
    fig.update_layout(showlegend=False)
    fig.update_xaxes(categoryorder="array", categoryarray=names, side="top")
    fig.update_yaxes(categoryorder="array", categoryarray=list(reversed(wanted)))
    return fig


def choice_scores(scored: ItemScored, rule: str) -> go.Figure:
    """Each choice's score under a rule; the model takes the longest bar to the right, that is the one nearest 0."""
    picked, gold = scored.picked(rule), scored.item.gold
    values = [RULES[rule](choice) for choice in scored.choices]
    units = {"acc": "nats", "acc_norm": "nats a character", "acc_bytes": "nats a byte"}
    title = "Right: it took the gold answer" if picked == gold else "Wrong: another answer is more probable to it"
    labels = [_short(choice.choice) for choice in scored.choices]
    fig = figure(title, x=f"Log-likelihood, {units[rule]}", height=150 + 52 * len(values))
    fig.add_bar(
        y=labels,
        x=values,
        orientation="h",
        marker={
            "color": [GREEN if index == gold else GREY for index in range(len(values))],
            "line": {"width": [4 if index == picked else 0 for index in range(len(values))], "color": ORANGE},
        },
        text=[f"{value:.2f}{'  taken' if index == picked else ''}" for index, value in enumerate(values)],
        textposition="outside",
        cliponaxis=False,
    )
    fig.update_xaxes(range=[min(values) * 1.3, 0])
    fig.update_yaxes(autorange="reversed", side="right")
    fig.update_layout(showlegend=False)
    return fig


def _short(text: str, limit: int = 34) -> str:
    text = text if len(text) <= limit else text[: limit - 1] + "…"
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def ability_tree(rows: Sequence[SurveyRow], highlight: str | None) -> go.Figure:
    """Abilities, tasks and datasets as an icicle that opens where it is pressed; every task has the same room."""
    ids, labels, parents, colours, values = ["all"], ["LLM<br>abilities"], [""], [GREY], [0.0]
    abilities = list(dict.fromkeys(row.ability for row in rows))

    def add(key: str, label: str, parent: str, colour: str, value: float) -> None:
        if key not in ids:
            ids.append(key)
            labels.append(_wrapped(label))
            parents.append(parent)
            colours.append(colour)
            values.append(value)

    for row in rows:
        colour = SEQUENCE[abilities.index(row.ability) % len(SEQUENCE)]
        add(row.ability, f"{row.ability} ({row.level.lower()})", "all", colour, 0)
        task = f"{row.ability}/{row.task}"
        found = highlight in row.datasets
        add(task, row.task, row.ability, RED if found else colour, 0)
        for name in row.datasets:
            add(f"{task}/{name}", name, task, RED if name == highlight else colour, 1 / len(row.datasets))
    fig = figure(height=130 + 34 * len(rows))
    fig.add_trace(
        go.Icicle(
            ids=ids,
            labels=labels,
            parents=parents,
            values=values,
            marker={"colors": colours, "line": {"width": 1, "color": "rgba(255,255,255,0.6)"}},
            maxdepth=3,
            sort=False,
            tiling={"orientation": "h"},
            textfont={"size": 14},
            textposition="middle left",
            hovertemplate="%{label}<extra></extra>",
        )
    )
    fig.update_layout(margin={"l": 0, "r": 0, "t": 28, "b": 0})
    return fig


def _wrapped(label: str, limit: int = 18) -> str:
    """Two lines where one would not fit a narrow screen."""
    if len(label) <= limit or " " not in label:
        return label
    middle = min((at for at, letter in enumerate(label) if letter == " "), key=lambda at: abs(at - len(label) / 2))
    return f"{label[:middle]}<br>{label[middle + 1 :]}"


def skill_radar(skills: Sequence[str], ratings: Mapping[str, Sequence[float]]) -> go.Figure:
    """Skills around a circle, a line for each answer."""
    first, second = ratings.values()
    gaps = {skill: a - b for skill, a, b in zip(skills, first, second, strict=True)}
    widest = max(gaps, key=lambda skill: abs(gaps[skill]))
    names = list(ratings)
    ahead = names[0] if gaps[widest] > 0 else names[1]
    title = f"Furthest apart in {widest.lower()}: {ahead} leads" if gaps[widest] else "No difference so far"
    fig = figure(title, height=520)
    for index, (name, values) in enumerate(ratings.items()):
        fig.add_scatterpolar(
            r=[*values, values[0]],
            theta=[_wrapped(skill, 11) for skill in (*skills, skills[0])],
            name=name,
            fill="toself",
            opacity=0.75,
            line={"color": SEQUENCE[index], "width": 3},
        )
    fig.update_layout(
        polar={
            "radialaxis": {"range": [0, 5], "tickvals": [1, 2, 3, 4, 5]},
            "angularaxis": {"tickfont": {"size": 13}, "direction": "clockwise", "rotation": 90},
            "bgcolor": "rgba(0,0,0,0)",
        },
        margin={"l": 80, "r": 80, "b": 50},
    )
    return fig


def ranking(ranked: Sequence[Ranked], factors: Sequence[Factor], top: int = 10) -> go.Figure:
    """The best models, each bar made of what every factor adds."""
    shown = ranked[:top]
    lead = ranked[0].score - ranked[1].score if len(ranked) > 1 else 0.0
    behind = f", {lead:.3f} ahead of {ranked[1].name}" if len(ranked) > 1 else ""
    fig = figure(f"{ranked[0].name} wins{behind}", x="Score, 0 to 1", height=170 + 36 * len(shown))
    for index, factor in enumerate(factors):
        fig.add_bar(
            y=[each.name for each in shown],
            x=[each.shares[factor.key] for each in shown],
            orientation="h",
            name=factor.label,
            marker_color=SEQUENCE[index % len(SEQUENCE)],
            hovertemplate=f"{factor.label}: +%{{x:.3f}}<extra>%{{y}}</extra>",
        )
    fig.update_layout(barmode="stack", legend={"y": -0.25})
    fig.update_yaxes(autorange="reversed")
    return fig


def sensitivity(
    flips: Sequence[Flip], factors: Sequence[Factor], weights: Mapping[str, float], limit: float
) -> go.Figure:
    """For each factor the range of its weight within which the choice stands."""
    stands = sum(not any(flip.factor == factor.key for flip in flips) for factor in factors)
    fig = figure(
        f"Whatever {stands} of {len(factors)} weights are, the choice stands" if stands else "Every weight can flip it",
        x="Weight",
        height=140 + 52 * len(factors),
    )
    for factor in factors:
        below = max((flip.weight for flip in flips if flip.factor == factor.key and flip.change <= 0), default=0.0)
        above = min((flip.weight for flip in flips if flip.factor == factor.key and flip.change > 0), default=limit)
        fig.add_scatter(
            x=[below, above],
            y=[factor.label] * 2,
            mode="lines",
            line={"width": 14, "color": BLUE},
            opacity=0.5,
            hoverinfo="skip",
        )
        fig.add_scatter(
            x=[weights[factor.key]],
            y=[factor.label],
            mode="markers",
            marker={"size": 16, "color": ORANGE},
            hovertemplate="now %{x:g}<extra></extra>",
        )
    for flip in flips:
        label = next(factor.label for factor in factors if factor.key == flip.factor)
        fig.add_annotation(
            x=flip.weight,
            y=label,
            text=flip.winner,
            showarrow=False,
            yshift=16 if flip.change <= 0 else -16,
            font={"size": 12, "color": RED},
            xanchor="right" if flip.weight > limit / 2 else "left",
        )
    fig.update_layout(showlegend=False)
    fig.update_xaxes(range=[-0.2, limit + 0.2])
    fig.update_yaxes(autorange="reversed")
    return fig


def seen_curve(shares: Mapping[int, float], chosen: int) -> go.Figure:
    """How much of an item counts as seen, against n."""
    fig = figure(
        f"With {chosen}-grams {shares[chosen]:.0%} of the item is found", x="n, words in a row", y="Found", height=320
    )
    fig.add_scatter(x=list(shares), y=list(shares.values()), mode="lines+markers", line={"color": BLUE, "width": 3})
    fig.add_scatter(x=[chosen], y=[shares[chosen]], mode="markers", marker={"size": 18, "color": ORANGE})
    fig.update_layout(showlegend=False)
    fig.update_yaxes(range=[0, 1.05], tickformat=".0%")
    return fig


def agreement(names: Sequence[str], matrix: Sequence[Sequence[float]]) -> go.Figure:
    """Rank correlation of every judge with every other."""
    values = [value for i, row in enumerate(matrix) for j, value in enumerate(row) if i < j and not math.isnan(value)]
    low = min(values, default=math.nan)
    fig = figure(f"Kendall's τ between judges: as low as {low:+.2f}", height=420)
    fig.add_heatmap(
        z=matrix,
        x=list(names),
        y=list(names),
        zmin=-1,
        zmax=1,
        colorscale=[[0, RED], [0.5, "#f6efe5"], [1, BLUE]],
        texttemplate="%{z:.2f}",
        textfont={"color": "#2b2018", "size": 14},
        showscale=False,
        hovertemplate="%{y} and %{x}: %{z:.2f}<extra></extra>",
    )
    fig.update_yaxes(autorange="reversed")
    return fig
