"""Figures of the KV-cache page: what a context costs, how memory fills, and what each policy wastes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log10

import plotly.graph_objects as go

from lib.charts.theme import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, YELLOW, figure, label, line
from lib.memory.serve.paging import POLICIES, PUBLISHED_USED_SHARE, Simulation
from lib.units import GIB

SHARES = (
    ("used", "tokens", GREEN),
    ("reserved", "kept for later", YELLOW),
    ("internal", "never used", RED),
    ("free", "free", GREY),
)
SHORT = {"max": "longest", "pow2": "power of 2", "oracle": "exact", "paged": "<b>pages</b>"}
HUES = (BLUE, ORANGE, GREEN, PURPLE, YELLOW, RED, "#4aa3a2", "#b5651d", "#7a8f2a", "#d16ba5")


def cache_by_context(
    lines: Mapping[str, Sequence[tuple[int, float]]], limit_bytes: float, name: str, title: str, tokens: int
) -> go.Figure:
    """Cache size against context for several ways of attending, with what is free on the card."""
    traces = [
        {
            "type": "scatter",
            "x": [length for length, _ in points],
            "y": [size / GIB for _, size in points],
            "mode": "lines",
            "name": way,
            "line": {"width": 4, "color": colour},
            "hovertemplate": f"{way}<br>%{{x:,}} tokens: %{{y:,.2f}} GiB<extra></extra>",
        }
        for (way, points), colour in zip(lines.items(), HUES, strict=False)
    ]
    shapes, annotations = [line("x", tokens, color=GREY, width=2, dash="dot")], []
    if limit_bytes > 0:
        limit = limit_bytes / GIB
        shapes.append(line("y", limit, color=RED, width=3, dash="dash"))
        place = {"xref": "paper", "xanchor": "left", "yanchor": "bottom", "font": {"color": RED, "size": 15}}
        annotations.append(label(0.01, log10(limit), name, **place))  # on a logarithmic axis: the exponent
    ticks = {"tickvals": [256, 1024, 4096, 16384, 65536], "ticktext": ["256", "1K", "4K", "16K", "64K"]}
    return figure(
        title,
        height=450,
        traces=traces,
        x="context (tokens)",
        y="KV cache (GiB)",
        shapes=shapes,
        annotations=annotations,
        legend={"y": -0.25, "font": {"size": 14}},
        xaxis={"type": "log", **ticks},
        yaxis={"type": "log", "dtick": 1},
    )


def cache_by_model(bars: Sequence[tuple[str, float]], chosen: str, title: str) -> go.Figure:
    """Bytes a token for models with different attention."""
    trace = {
        "type": "bar",
        "orientation": "h",
        "y": [name for name, _ in bars],
        "x": [size / 1024 for _, size in bars],
        "marker": {"color": [ORANGE if name == chosen else BLUE for name, _ in bars]},
        "text": [f"{size / 1024:,.0f}" for _, size in bars],
        "textposition": "outside",
        "textfont": {"size": 15},
        "cliponaxis": False,
        "hovertemplate": "%{y}: %{x:,.1f} KiB per token<extra></extra>",
    }
    height = 110 + 34 * len(bars)
    room = {"range": [0, 1.25 * max(size for _, size in bars) / 1024]}  # for the number behind the longest bar
    return figure(title, "KiB per token", height=height, traces=[trace], xaxis=room, yaxis={"autorange": "reversed"})


def policy_shares(runs: Sequence[Simulation], title: str) -> go.Figure:
    """What memory holds under each policy, with the paper's figure beside it."""
    names = [SHORT[run.policy] for run in runs]
    traces = []
    for part, name, colour in SHARES:
        values = [100 * run.share(part) for run in runs]
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "y": names,
                "x": values,
                "name": name,
                "marker": {"color": colour},
                "text": [f"<b>{value:.0f}%</b>" if value > 5.5 else "" for value in values],
                "textposition": "inside",
                "insidetextanchor": "middle",
                "textfont": {"color": "white", "size": 17},
                "textangle": 0,
                "hovertemplate": f"{name}: %{{x:.1f}}%<extra></extra>",
            }
        )
    traces.append(
        {
            "type": "scatter",
            "y": names,
            "x": [100 * PUBLISHED_USED_SHARE[run.policy] for run in runs],
            "mode": "markers",
            "name": "tokens, as Kwon et al. measured",
            "marker": {
                "symbol": "diamond-tall",
                "size": 22,
                "color": "#111111",
                "line": {"width": 2, "color": "#ffffff"},
            },
            "hovertemplate": "Kwon et al. 2023: %{x:.1f}%<extra></extra>",
        }
    )
    return figure(
        title,
        height=420,
        traces=traces,
        barmode="stack",
        legend={"y": -0.14, "font": {"size": 15}, "traceorder": "normal"},
        xaxis={"range": [0, 100], "ticksuffix": "%"},
        yaxis={"autorange": "reversed"},
    )


def memory_map(run: Simulation, snapshot: int, title: str, rows: int = 16) -> go.Figure:
    """Memory at one snapshot as rows of cells: a colour for each request, pale where it holds no token yet."""
    width = run.traffic.memory_tokens // rows
    pieces, traces = run.pieces(snapshot), []
    for strength, part in ((0.28, "held"), (1.0, "filled")):
        cells = [
            (piece, row, begin, end)
            for piece in pieces
            for row, begin, end in _cells(piece.start, piece.size if part == "held" else piece.used, width)
        ]
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "x": [end - begin for _, _, begin, end in cells],
                "y": [row for _, row, _, _ in cells],
                "base": [begin for _, _, begin, _ in cells],
                "marker": {
                    "color": [HUES[piece.request % len(HUES)] for piece, *_ in cells],
                    "opacity": strength,
                    "line": {"width": 0},
                },
                "text": [f"request {piece.request}: {piece.used} of {piece.size} tokens" for piece, *_ in cells],
                "textposition": "none",
                "hovertemplate": "%{text}<extra></extra>",
                "showlegend": False,
            }
        )
    plain = {"showticklabels": False, "showgrid": False, "zeroline": False}
    return figure(
        title,
        height=320,
        traces=traces,
        barmode="overlay",
        bargap=0.12,
        xaxis={"range": [0, width], **plain},
        yaxis={"range": [rows - 0.4, -0.6], **plain},
    )


def _cells(start: int, length: int, width: int) -> list[tuple[int, int, int]]:
    """A stretch of memory cut into rows: (row, from, to)."""
    found = []
    while length > 0:
        row, begin = divmod(start, width)
        end = min(width, begin + length)
        found.append((row, begin, end))
        length -= end - begin
        start += end - begin
    return found


def requests_running(runs: Sequence[Simulation], title: str) -> go.Figure:
    """How many requests run at once over time."""
    traces = []
    for run, colour in zip(runs, (RED, ORANGE, YELLOW, GREEN), strict=True):
        every = max(1, len(run.frames) // 300)
        traces.append(
            {
                "type": "scatter",
                "x": list(range(0, len(run.frames), every)),
                "y": [frame.running for frame in run.frames[::every]],
                "mode": "lines",
                "name": POLICIES[run.policy],
                "line": {"width": 3, "color": colour},
            }
        )
    return figure(
        title,
        height=330,
        traces=traces,
        x="decoding step",
        y="requests running",
        legend={"y": -0.3, "font": {"size": 14}},
        yaxis={"rangemode": "tozero"},
    )
