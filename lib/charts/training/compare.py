"""Runs beside each other: held-out loss of several settings in one picture, or of each in its own."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from statistics import fmean

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from lib.charts.theme import BLUE, GREY, SEQUENCE, figure, label
from lib.training.comparing.findings import Winner
from lib.training.comparing.outcomes import Column, Outcome

DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "solid")
MARKS = ("circle", "square", "diamond", "triangle-up", "x", "star", "cross")
LINE_HEIGHT = 0.075
"""Of the highest loss: the room that a line of a label takes, so that no two labels overlap."""
HEADROOM = 1.08
"""Times the highest loss: where the plot ends."""
LABEL_CHARACTERS = 12
"""Of a line of a label: what a phone has room for."""
ROOM_FOR_LABELS = 0.5
"""Of the steps, to the right of the last one."""


def overlaid(columns: Sequence[Column]) -> go.Figure:
    """Held-out loss against step: a thin line a seed, a thick one for their mean, named at its end."""
    shown = [(index, each) for index, each in enumerate(columns) if each.runs]
    best = min((each for _, each in shown if each.whole), key=_mean_loss, default=None)
    title = "Held-out loss, on the same texts and seeds"
    if best:
        title = f"Lowest held-out loss: {best.setting.label}, {_mean_loss(best):.2f}"
    last = max((each.setting.run.steps for each in columns if each.method.trains), default=1)
    highest = max((point.loss for _, each in shown for run in each.runs for point in run.held_out), default=6.0)
    fig = figure(title, "step", "held-out loss (nats per token)", height=430, showlegend=False)
    ends = []
    for index, column in shown:
        colour, dash = SEQUENCE[index % len(SEQUENCE)], DASHES[index % len(DASHES)]
        for run in column.runs:
            if len(column.runs) > 1:
                x, y = _loss_line(run, column, last)
                fig.add_scatter(
                    x=x, y=y, mode="lines", line={"color": colour, "width": 1}, opacity=0.5, hoverinfo="skip"
                )
        x, y = _mean_line(column, last)
        fig.add_scatter(
            x=x,
            y=y,
            mode="lines+markers" if column.method.trains else "lines",
            line={"color": colour, "width": 4, "dash": dash},
            marker={"size": 10, "symbol": MARKS[index % len(MARKS)]},
            name=column.setting.label,
        )
        lines = textwrap.wrap(column.setting.label, LABEL_CHARACTERS, break_on_hyphens=False)
        ends.append((y[-1], x[-1], lines, colour))
    room = [LINE_HEIGHT * highest * len(lines) for _, _, lines, _ in ends]
    heights = _spread_out([end[0] for end in ends], room, HEADROOM * highest)
    for (_, x, lines, colour), height in zip(ends, heights, strict=True):
        look = {"font": {"color": colour, "size": 14}, "align": "left"}
        fig.add_annotation(label(x, height, "<br>".join(lines), xanchor="left", xshift=10, **look))
    fig.update_xaxes(range=[-0.02 * last, last * (1 + ROOM_FOR_LABELS)])
    fig.update_yaxes(range=[0, highest * HEADROOM])
    return fig


def small_multiples(columns: Sequence[Column], best: Winner | None) -> go.Figure:
    """A panel a setting on the same axes, a line a seed; the winner's is coloured, and says so."""
    won = best.best.setting.label if best and best.by.decided else None
    names = [f"{each.setting.label}{' ✓' if each.setting.label == won else ''}" for each in columns]
    title = "Held-out loss of each setting"
    if best:
        title = (
            f"Lowest held-out loss: {best.best.setting.label}, {best.by.first:.2f}; "
            f"next {best.runner_up.setting.label}, {best.by.second:.2f}"
        )
    fig = make_subplots(
        rows=(len(columns) + 1) // 2,
        cols=2,
        shared_xaxes="all",
        shared_yaxes="all",
        subplot_titles=names,
        vertical_spacing=0.16,
        horizontal_spacing=0.06,
    )
    highest = max((point.loss for each in columns for run in each.runs for point in run.held_out), default=6.0)
    for index, column in enumerate(columns):
        place = {"row": index // 2 + 1, "col": index % 2 + 1}
        fig.add_scatter(
            x=[0, column.setting.run.steps], y=[None, None], hoverinfo="skip", **place
        )  # axes from the start
        colour = BLUE if won in (None, column.setting.label) else GREY
        for seed, run in enumerate(column.runs):
            fig.add_scatter(
                x=[point.step for point in run.held_out],
                y=[point.loss for point in run.held_out],
                mode="lines+markers",
                line={"color": colour, "width": 3, "dash": DASHES[seed % len(DASHES)]},
                marker={"size": 6},
                name=f"seed {run.seed}",
                **place,
            )
        if column.whole or column.failures:
            # A line that ended early has left upwards, one that came to its end downwards: its word has room elsewhere.
            text, at = ("ended early", 0.2) if column.failures else (f"{_mean_loss(column):.2f}", 0.85)
            steps = column.setting.run.steps
            fig.add_annotation(
                label(steps, highest * at, text, xanchor="right", font={"size": 20, "color": colour}), **place
            )
    look = figure(title, height=200 * ((len(columns) + 1) // 2), above=86).layout
    for name in ("title", "height", "margin", "font", "paper_bgcolor", "plot_bgcolor"):
        fig.layout[name] = look[name]
    fig.update_layout(showlegend=False)
    fig.update_yaxes(range=[0, highest * HEADROOM], tickfont={"size": 14})
    fig.update_xaxes(tickfont={"size": 14})
    fig.update_yaxes(title={"text": "nats per token", "font": {"size": 15}}, col=1)
    fig.update_xaxes(title="step", row=(len(columns) + 1) // 2)
    return fig


def describe(columns: Sequence[Column]) -> str:
    """The chart in a sentence, for a screen reader."""
    known = [f"{each.setting.label} {_mean_loss(each):.2f}" for each in columns if each.whole]
    return f"Held-out loss at the end: {', '.join(known)}" if known else "Held-out loss of several runs, still empty"


def _mean_loss(column: Column) -> float:
    return column.mean(lambda outcome: outcome.loss)


def _loss_line(run: Outcome, column: Column, last: int) -> tuple[list[int], list[float]]:
    """A method that trains nothing is as good at every step."""
    if not column.method.trains:
        return [0, last], [run.held_out[-1].loss] * 2
    return [point.step for point in run.held_out], [point.loss for point in run.held_out]


def _mean_line(column: Column, last: int) -> tuple[list[int], list[float]]:
    """Over the seeds that have come so far, at each step."""
    lines = [_loss_line(run, column, last) for run in column.runs]
    steps = sorted({step for x, _ in lines for step in x})
    found = [dict(zip(x, y, strict=True)) for x, y in lines]
    return steps, [fmean(each[step] for each in found if step in each) for step in steps]


def _spread_out(heights: Sequence[float], room: Sequence[float], top: float) -> list[float]:
    """The middle of each label of so much `room`: as near to its height as the label below and the `top` allow."""
    order = sorted(range(len(heights)), key=heights.__getitem__)
    placed, edge = list(heights), 0.0
    for index in order:
        placed[index] = max(placed[index], edge + room[index] / 2)
        edge = placed[index] + room[index] / 2
    edge = top  # plotly leaves out a label whose middle is above the axis
    for index in reversed(order):
        placed[index] = min(placed[index], edge - room[index] / 2)
        edge = placed[index] - room[index] / 2
    return placed
