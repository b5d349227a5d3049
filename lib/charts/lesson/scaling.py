"""Scaling laws: loss at one budget, where models lie, what serving adds, and a law through recorded runs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from lib.charts.theme import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, figure, label
from lib.lesson.scaling.laws import Law, Point, at_compute
from lib.lesson.scaling.own import Curve, Run
from lib.lesson.scaling.serving import Choice

LOG = {"type": "log", "exponentformat": "B", "dtick": 1}
COLOURS = {"kaplan": ORANGE, "hoffmann": BLUE, "besiroglu": GREEN}
DASHES = {"kaplan": "dot", "hoffmann": "dash", "besiroglu": "solid"}


def one_budget(law: Law, mine: Point, best: Point, title: str) -> go.Figure:
    """Loss of every size at the student's budget (an IsoFLOP curve): their own model on it, and the best."""
    low = min(mine.parameters, best.parameters / 8)
    high = max(mine.parameters, best.parameters * 8)
    sizes = [low / 1.5 * (2.25 * high / low) ** (step / 160) for step in range(161)]
    losses = at_compute(law, mine.flops, sizes)
    least = min(losses)
    span = 1.1 * max(max(losses) - least, 0.02)
    traces = [
        _law_line(sizes, losses, BLUE),
        _mark(best.parameters, law.loss(best), GREEN, "star"),
        _mark(mine.parameters, law.loss(mine), ORANGE, "diamond"),
    ]
    near = abs(math.log(mine.parameters / best.parameters)) < 0.7
    return figure(
        title,
        "parameters, log scale (tokens = what the budget leaves)",
        "loss (nats per token)",
        height=340,
        traces=traces,
        showlegend=False,
        xaxis=_sizes(sizes),
        yaxis={"range": [least - 0.2 * span, least + span]},
        annotations=[
            _words_at_point(best.parameters, law.loss(best), "the law's best", GREEN, "top", -14),
            _words_at_point(mine.parameters, law.loss(mine), "yours", ORANGE, "bottom", 30 if near else 12),
        ],
    )


def where_models_lie(
    lines: Mapping[str, tuple[str, Sequence[Point]]], placed: Mapping[str, Point], title: str
) -> go.Figure:
    """Parameters against tokens: each law's best splits as a line, models as points.

    lines   of each law by name: (what to call it, its best splits)
    placed  models by name
    """
    traces = []
    for name, (called, points) in lines.items():
        xs, ys = [each.parameters for each in points], [each.tokens for each in points]
        style = {"color": COLOURS.get(name, GREY), "width": 3, "dash": DASHES.get(name, "dashdot")}
        traces.append(
            {"type": "scatter", "mode": "lines", "name": called, "x": xs, "y": ys, "line": style, "hoverinfo": "skip"}
        )
    traces.append(
        {
            "type": "scatter",
            "mode": "markers+text",
            "x": [each.parameters for each in placed.values()],
            "y": [each.tokens for each in placed.values()],
            "text": [f"<b>{name}</b>" for name in placed],
            "textposition": "top center",
            "textfont": {"size": 14},
            "cliponaxis": False,
            "marker": {"size": 14, "color": PURPLE, "symbol": "diamond"},
            "showlegend": False,
            "hoverinfo": "skip",
        }
    )
    return figure(
        title,
        "parameters, log scale",
        "tokens read, log scale",
        height=430,
        traces=traces,
        xaxis={**LOG, "range": [7.7, 12.3], "dtick": 1},
        yaxis={**LOG, "range": [9.3, 14.2], "dtick": 1},
        legend={"y": -0.24},
    )


def whole_life(choice: Choice, title: str) -> go.Figure:
    """Compute over a model's life against its size, all of one loss: training, serving, both."""
    lives = [each for each in choice.lives if each.flops < 12 * choice.best.flops]
    xs = [each.point.parameters for each in lives]
    optimal = choice.compute_optimal
    near = optimal.point.parameters < 1.8 * choice.best.point.parameters
    beside = ("top", -14) if near else ("bottom", 14)
    traces = [
        _law_line(xs, [each.training_flops for each in lives], GREY, "dash", "training: 6 · N · D"),
        _law_line(xs, [each.flops for each in lives], BLUE, "solid", "training and serving"),
        _mark(optimal.point.parameters, optimal.flops, ORANGE, "diamond"),
        _mark(choice.best.point.parameters, choice.best.flops, GREEN, "star"),
    ]
    if choice.best.serving_flops:
        served = _law_line(xs, [each.serving_flops for each in lives], PURPLE, "dot", "serving: 2 · N · tokens")
        traces.insert(1, served)
    return figure(
        title,
        "parameters, log scale",
        "FLOPs, log scale",
        height=380,
        traces=traces,
        xaxis=_sizes(xs),
        yaxis={**LOG, "exponentformat": "power"},
        legend={"y": -0.26},
        annotations=[
            _words_at_point(choice.best.point.parameters, choice.best.flops, "cheapest", GREEN, "bottom", 14, log=True),
            _words_at_point(optimal.point.parameters, optimal.flops, "cheapest to train", ORANGE, *beside, log=True),
        ],
    )


def own_law(
    shown: Sequence[Run], hidden: Run, curve: Curve, axis: str, called: str, guess: float, is_open: bool, title: str
) -> go.Figure:
    """Five recorded runs, the curve through them, the student's prediction, and the sixth once it is open."""
    xs = [getattr(run, axis) for run in shown]
    goal = getattr(hidden, axis)
    far = [xs[0] * (goal * 1.5 / xs[0]) ** (step / 60) for step in range(61)]
    traces = [
        _law_line(far, [curve.at(x) for x in far], BLUE),
        {
            "type": "scatter",
            "mode": "markers",
            "x": xs,
            "y": [run.nats_per_token for run in shown],
            "error_y": {
                "type": "data",
                "symmetric": False,
                "array": [run.between_books[1] - run.nats_per_token for run in shown],
                "arrayminus": [run.nats_per_token - run.between_books[0] for run in shown],
                "color": GREY,
                "thickness": 1,
            },
            "marker": {"size": 12, "color": GREY},
            "hoverinfo": "skip",
        },
        _mark(goal, guess, ORANGE, "diamond"),
    ]
    notes = [_words_at_point(goal, guess, f"yours: {guess:.2f}", ORANGE, "bottom", 14)]
    if is_open:
        traces.append(_mark(goal, hidden.nats_per_token, RED, "star"))
        notes.append(
            _words_at_point(goal, hidden.nats_per_token, f"measured: {hidden.nats_per_token:.2f}", RED, "top", -14)
        )
    return figure(
        title,
        f"{called}, log scale",
        "held-out loss (nats per token)",
        height=360,
        traces=traces,
        showlegend=False,
        xaxis={**LOG, "exponentformat": "power"} if axis == "flops" else _sizes(far),
        annotations=notes,
    )


def own_curves(runs: Sequence[Run], title: str) -> go.Figure:
    """How each recorded run's loss fell on its way."""
    traces, notes = [], []
    for run, colour in zip(runs, (GREY, PURPLE, ORANGE, BLUE, GREEN, RED), strict=False):
        seen = [point for point in run.curve if point.tokens]
        traces.append(_law_line([point.tokens for point in seen], [point.nats_per_token for point in seen], colour))
        notes.append(
            _words_at_point(
                seen[-1].tokens, seen[-1].nats_per_token, f"{run.parameters / 1e6:.2f}M", colour, "middle", 0
            )
        )
        notes[-1] |= {"xanchor": "left", "xshift": 6}
    return figure(
        title,
        "tokens read, log scale",
        "held-out loss (nats per token)",
        height=330,
        traces=traces,
        showlegend=False,
        xaxis=LOG,
        annotations=notes,
    )


def _sizes(xs: Sequence[float]) -> dict:
    """A log axis with a tick at every doubling where it is short, else at every factor of ten."""
    doublings = math.log2(max(xs) / min(xs))
    return LOG | ({"dtick": math.log10(2), "tick0": 9} if doublings < 8 else {})


def _law_line(xs: Sequence[float], ys: Sequence[float], colour: str, dash: str = "solid", name: str = "") -> dict:
    style = {"color": colour, "width": 3, "dash": dash}
    shown = {"name": name} if name else {"showlegend": False}
    return {
        "type": "scatter",
        "mode": "lines",
        "x": list(xs),
        "y": list(ys),
        "line": style,
        "hoverinfo": "skip",
    } | shown


def _mark(x: float, y: float, colour: str, symbol: str) -> dict:
    marker = {"size": 17, "color": colour, "symbol": symbol}
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [x],
        "y": [y],
        "marker": marker,
        "showlegend": False,
        "hoverinfo": "skip",
    }


def _words_at_point(x: float, y: float, text: str, colour: str, anchor: str, shift: int, log: bool = False) -> dict:
    """Bold words above (anchor "bottom") or below a point; `x` is on a log axis, `y` too where it is said."""
    height = math.log10(y) if log else y
    font = {"color": colour, "size": 15}
    return label(math.log10(x), height, text, yanchor=anchor, yshift=shift, font=font)
