"""The activity: what each change spares, claims beside formula, LoRA beside QLoRA, and what came back from a GPU."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from lib.charts.theme import BLUE, GREEN, GREY, ORANGE, PURPLE, YELLOW, figure, label, line
from lib.lesson.unsloth.brought.adapter import Adapter
from lib.lesson.unsloth.brought.log import At
from lib.lesson.unsloth.cards import Way
from lib.lesson.unsloth.claims import Benchmark, Longest, Reported
from lib.lesson.unsloth.saving import PARTS, Part, Rung, parts_of
from lib.units import GIB

NAMES = tuple(dict.fromkeys(PARTS.values()))
COLOURS = dict(zip(NAMES, (BLUE, GREEN, ORANGE, PURPLE, YELLOW, GREY), strict=True))
HATCHES = dict(zip(NAMES, ("", ".", "/", "x", "\\", ""), strict=True))
BELOW = {"orientation": "h", "y": -0.36, "x": 0, "traceorder": "normal"}
"""Under the name of the axis, also where a screen 390 pixels wide makes the plot small."""
MOST_POINTS = 1_500


def ladder(rungs: Sequence[Rung], title: str) -> go.Figure:
    """Memory of one step, a bar for each change; the first on top."""
    return _parts([(rung.name, rung.parts) for rung in rungs], title, 420)


def two_ways(ways: Sequence[Way], card_gib: float, card: str, title: str) -> go.Figure:
    """LoRA and QLoRA beside what the card has."""
    rows = [("LoRA" if way.method == "lora" else "QLoRA", parts_of(way.made)) for way in ways]
    fig = _parts(rows, title, 300)
    fig.add_shape(line("x", card_gib, color=GREY, width=3, dash="dash"))
    fig.add_annotation(label(card_gib, 1.06, card, yref="paper", yanchor="bottom", font={"size": 14}))
    widest = max(card_gib, *(way.made.total_bytes / GIB for way in ways))
    fig.update_xaxes(range=[0, widest * 1.12])
    return fig


def nine_rows(rows: Sequence[Benchmark], title: str, claimed_times: float, claimed_percent: float) -> go.Figure:
    """How fast against how much less memory; the claim's corner is upper right."""
    traces = [
        {
            "type": "scatter",
            "x": [row.less_memory_percent for row in rows if row.card == card],
            "y": [row.times_as_fast for row in rows if row.card == card],
            "mode": "markers",
            "name": card,
            "marker": {"size": 15, "color": colour, "symbol": symbol},
            "text": [f"{row.model}, {row.data}" for row in rows if row.card == card],
            "hovertemplate": "%{text}: %{y} × as fast, %{x}% less memory<extra></extra>",
        }
        for card, colour, symbol in (("A100 40GB", BLUE, "circle"), ("Colab T4", ORANGE, "diamond"))
    ]
    return figure(
        title,
        "less memory (%)",
        "times as fast",
        traces=traces,
        legend={**BELOW, "y": -0.28},
        xaxis={"range": [0, 84]},
        yaxis={"range": [1, 4.2]},
        shapes=[
            line("x", claimed_percent, color=GREY, width=2, dash="dash"),
            line("y", claimed_times, color=GREY, width=2, dash="dash"),
        ],
        annotations=[
            label(claimed_percent, 4.1, f"{claimed_percent:.0f}% less", xanchor="right", font={"size": 13}, xshift=-6),
            label(1, claimed_times, f"{claimed_times:g} ×", xanchor="left", yanchor="bottom", font={"size": 13}),
        ],
    )


def by_length(rows: Sequence[Reported], title: str) -> go.Figure:
    """Memory against the length of a text: reports as marks, the formula as lines."""
    tokens = [row.tokens for row in rows]
    return figure(
        title,
        "tokens of the text, log scale",
        "GB reported, GiB by formula",
        traces=_said_beside_formula(
            "reported",
            tokens,
            [(row.flash_gb, row.plain_gib) for row in rows],
            [(row.unsloth_gb, row.spared_gib) for row in rows],
        ),
        legend=BELOW,
        height=420,
        xaxis={"type": "log", "tickvals": tokens[::2], "ticktext": [_thousands(each) for each in tokens[::2]]},
        yaxis={"range": [0, 50]},
    )


def longest(rows: Sequence[Longest], title: str) -> go.Figure:
    """The longest text by card: published as marks, the formula as lines."""
    cards = [row.card_gb for row in rows]
    ticks = (1_000, 10_000, 100_000)
    return figure(
        title,
        "memory of the card (GB)",
        "tokens of the longest text, log scale",
        traces=_said_beside_formula(
            "published",
            cards,
            [(row.flash_tokens, row.plain_tokens) for row in rows],
            [(row.unsloth_tokens, row.spared_tokens) for row in rows],
        ),
        legend=BELOW,
        height=420,
        xaxis={"tickvals": [8, 16, 24, 40, 48, 80]},
        yaxis={"type": "log", "tickvals": ticks, "ticktext": [_thousands(each) for each in ticks]},
    )


def _said_beside_formula(kind: str, x: Sequence, without: Sequence[tuple], unsloth: Sequence[tuple]) -> list[dict]:
    """Traces without Unsloth and with it, from (what is said, by formula) at each x; `kind` says how it was said."""
    return [
        _line(x, [formula for _, formula in without], ORANGE, "formula, without"),
        _line(x, [formula for _, formula in unsloth], BLUE, "formula, with"),
        _marks(x, [said for said, _ in without], ORANGE, "diamond", f"{kind}, FlashAttention 2"),
        _marks(x, [said for said, _ in unsloth], BLUE, "circle", f"{kind}, with Unsloth"),
    ]


def curves(own: Mapping[str, Sequence[At]], theirs: Mapping[str, Sequence[At]], title: str, y: str) -> go.Figure:
    """Training loss thin, held-out loss thick with marks: the own run in blue, what was brought in orange."""
    traces = []
    for told, colour, dash, whose in ((own, BLUE, "solid", "here"), (theirs, ORANGE, "dash", "log")):
        for name, values in told.items():
            if not values:
                continue
            held_out = name == "held out"
            shown = values[:: max(1, len(values) // MOST_POINTS)]
            traces.append(
                {
                    "type": "scatter",
                    "x": [each.step for each in shown],
                    "y": [each.value for each in shown],
                    "mode": "lines+markers" if held_out or len(shown) == 1 else "lines",
                    "name": f"{whose}: {name}",
                    "line": {"color": colour, "width": 4 if held_out else 1.5, "dash": dash},
                    "marker": {"size": 9, "symbol": "circle" if whose == "here" else "diamond"},
                }
            )
    return figure(title, "step", y, height=400, traces=traces, legend=BELOW, yaxis={"rangemode": "tozero"})


def by_layer(adapter: Adapter, title: str) -> go.Figure:
    """How far each layer is moved."""
    layers = adapter.by_layer
    return figure(
        title,
        "layer",
        "‖(alpha / r) · B·A‖" if adapter.scaling is not None else "‖B·A‖",
        height=300,
        traces=[{"type": "bar", "x": list(layers), "y": list(layers.values()), "marker": {"color": BLUE}}],
        xaxis={"tickmode": "linear", "tick0": 0, "dtick": max(1, len(layers) // 12)},
    )


def _parts(rows: Sequence[tuple[str, Sequence[Part]]], title: str, height: int) -> go.Figure:
    names = [name for name, _ in rows]
    totals = [sum(part.size_bytes for part in parts) / GIB for _, parts in rows]
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "name": name,
            "y": names,
            "x": [part.size_bytes / GIB for _, parts in rows for part in parts if part.name == name],
            "marker": {"color": COLOURS[name], "pattern": {"shape": HATCHES[name], "solidity": 0.25}},
            "hovertemplate": name + ": %{x:.2f} GiB<extra></extra>",
        }
        for name in NAMES
    ]
    return figure(
        title,
        height=height,
        traces=traces,
        barmode="stack",
        legend={**BELOW, "y": -0.14},
        yaxis={"autorange": "reversed"},
        xaxis={"range": [0, max(totals) * 1.16], "ticksuffix": " GiB", "nticks": 7},
        annotations=[
            label(total, name, f"{total:.1f}", xanchor="left", xshift=6, font={"size": 14})
            for name, total in zip(names, totals, strict=True)
        ],
    )


def _line(x: Sequence, y: Sequence, colour: str, name: str) -> dict:
    style = {"color": colour, "dash": "dash", "width": 3}
    return {"type": "scatter", "x": x, "y": y, "mode": "lines", "name": name, "line": style}


def _marks(x: Sequence, y: Sequence, colour: str, symbol: str, name: str) -> dict:
    style = {"color": colour, "symbol": symbol, "size": 13}
    return {"type": "scatter", "x": x, "y": y, "mode": "markers", "name": name, "marker": style}


def _thousands(tokens: int) -> str:
    return f"{tokens / 1_000:.0f}k"
