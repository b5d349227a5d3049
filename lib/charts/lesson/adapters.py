"""A transformer block with what a kind of adapter adds to it; every place can be clicked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import plotly.graph_objects as go

from lib.charts.theme import GREY, ORANGE, figure
from lib.lesson.adapters.anatomy import Adapter, adaptable, dense_layers
from lib.memory import Architecture
from lib.units import format_percent

ROW_PIXELS = 37
MAIN, LEFT, RIGHT = (25.0, 75.0), (0.0, 21.0), (79.0, 100.0)
IN_A_ROW = 3
HALF = 0.36
"""Half the height of a box, in rows."""
SHORT = 13
"""Letters of a matrix's name that fit into a third of the block on a phone."""


@dataclass
class Drawing:
    """Boxes, their words, and the points that can be clicked."""

    shapes: list[dict] = field(default_factory=list)
    words: list[dict] = field(default_factory=list)
    points: list[tuple[float, float, str, str]] = field(default_factory=list)
    """x, y, kind, place."""

    def box(self, x: tuple[float, float], y: tuple[float, float], text: str, **style: Any) -> None:
        """From `y[0]` to `y[1]` (rows, downwards), frozen unless `style` says otherwise."""
        look = {"fillcolor": "rgba(138,129,120,0.18)", "line": {"color": GREY, "width": 1}, **style}
        self.shapes.append({"type": "rect", "x0": x[0], "x1": x[1], "y0": y[0], "y1": y[1], **look})
        middle = {"x": sum(x) / 2, "y": sum(y) / 2, "showarrow": False, "font": {"size": 14}}
        self.words.append({**middle, "text": text})

    def place(self, x: tuple[float, float], y: tuple[float, float], words: tuple[str, str], on: bool) -> None:
        """Where something can be added: `words` are its name and, if it is there, its size."""
        if on:
            look = {"fillcolor": "rgba(224,123,57,0.30)", "line": {"color": ORANGE, "width": 3}}
            self.box(x, y, f"<b>✚ {words[0]}</b><br>{words[1]}" if words[1] else f"<b>✚ {words[0]}</b>", **look)
        else:
            look = {"fillcolor": "rgba(0,0,0,0)", "line": {"color": GREY, "width": 1, "dash": "dot"}}
            self.box(x, y, words[0], **look)

    def click(self, x: float, rows: tuple[float, ...], kind: str, place: str) -> None:
        self.points += [(x, row, kind, place) for row in rows]

    def line(self, *corners: tuple[float, float]) -> None:
        """Straight lines from corner to corner, behind the boxes."""
        path = "M " + " L ".join(f"{x},{y}" for x, y in corners)
        self.shapes.insert(0, {"type": "path", "path": path, "layer": "below", "line": {"color": GREY, "width": 1.5}})


def block(adapter: Adapter) -> go.Figure:
    """The block of the adapter's architecture; what is added is orange, bold and marked ✚, where else it could be is
    dotted. The points' customdata are [kind, place]."""
    drawing, arch = Drawing(), adapter.architecture
    end = _attention(drawing, adapter)
    end = _mlp(drawing, adapter, end)
    drawing.box(MAIN, (end - HALF, end + HALF), f"out: {arch.hidden_size:,} numbers", fillcolor="rgba(0,0,0,0)")
    for row in range(round(end)):
        drawing.line((50, row + HALF), (50, row + 1 - HALF))
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": [each[0] for each in drawing.points],
        "y": [each[1] for each in drawing.points],
        "customdata": [[each[2], each[3]] for each in drawing.points],
        "marker": {"size": 34, "opacity": 0, "symbol": "square"},
        "selected": {"marker": {"opacity": 0}},
        "unselected": {"marker": {"opacity": 0}},
        "hovertemplate": "%{customdata[0]}, %{customdata[1]}<extra></extra>",
    }
    bare = {"visible": False, "fixedrange": True, "showgrid": False, "zeroline": False}
    size = (
        "" if not adapter.card.sized else f", {adapter.card.size[0].lower()}{adapter.card.size[1:]} = {adapter.size},"
    )
    title = f"{adapter.card.title}{size} trains {format_percent(adapter.share)} of {arch.name}"
    return figure(
        title,
        height=int(ROW_PIXELS * (end + 1.4)) + 60,
        traces=[trace],
        showlegend=False,
        dragmode=False,
        xaxis={**bare, "range": [-1, 101]},
        yaxis={**bare, "range": [end + 0.7, -0.7]},
        shapes=drawing.shapes,
        annotations=drawing.words,
    )


def described(adapter: Adapter) -> str:
    """The drawing in a sentence, for a screen reader."""
    where = ", ".join(dict.fromkeys(piece.name for piece in adapter.pieces))
    return (
        f"A transformer block of {adapter.architecture.name} from input to output: norm, attention, norm, MLP, all "
        f"frozen. {adapter.card.title} adds {where}. The buttons beside the drawing choose the same places."
    )


def _attention(drawing: Drawing, adapter: Adapter) -> float:
    """From the input to the sum after attention; the row at which the rest begins."""
    arch, kind = adapter.architecture, adapter.kind
    drawing.box(MAIN, (-HALF, HALF), f"in: {arch.hidden_size:,} numbers", fillcolor="rgba(0,0,0,0)")
    drawing.place(LEFT, (-HALF, HALF + 0.15), ("prompt", _size(adapter, "P")), kind == "prompt")
    drawing.click(10, (0,), "prompt", "input")
    drawing.box(MAIN, (1 - HALF, 1 + HALF), "norm")
    names = _matrices(arch, "attention")
    *inside, last = names if len(names) > 1 else [*names, ""]
    row = _row_of_matrices(drawing, adapter, inside, 2)
    drawing.box(MAIN, (row - HALF, row + HALF), f"attention, {arch.num_attention_heads} heads")
    _side(drawing, adapter, row, "prefix", "cache", ("prefix", _size(adapter, "P")))
    if possible_vectors(arch):
        _side(drawing, adapter, 1, "ia3", "keys", ("IA3: k", ""))
        _side(drawing, adapter, 2, "ia3", "values", ("IA3: v", ""))
    end = _row_of_matrices(drawing, adapter, [last] if last else [], row + 1)
    return _sum(drawing, adapter, "attention", (1, end - 1), end, 0)


def _mlp(drawing: Drawing, adapter: Adapter, begin: float) -> float:
    arch = adapter.architecture
    drawing.box(MAIN, (begin - HALF, begin + HALF), "norm")
    names = _matrices(arch, "mlp")
    *inside, last = names if len(names) > 1 else [*names, ""]
    row = begin + 1
    if arch.experts:
        count = f"{arch.experts.num_experts} experts, {arch.experts.num_experts_per_tok} of them for a token"
        drawing.box(MAIN, (row - HALF, row + HALF), count)
        row += 1
    row = _row_of_matrices(drawing, adapter, inside, row)
    if inside:
        drawing.box(MAIN, (row - HALF, row + HALF), f"bend, {arch.intermediate_size:,} numbers")
        if dense_layers(arch) and possible_vectors(arch):
            _side(drawing, adapter, row, "ia3", "mlp", ("IA3: MLP", ""))
        row += 1
    end = _row_of_matrices(drawing, adapter, [last] if last else [], row)
    return _sum(drawing, adapter, "mlp", (begin, end - 1), end, begin - 1)


def _sum(
    drawing: Drawing, adapter: Adapter, place: str, beside: tuple[float, float], row: float, residual_from: float
) -> float:
    """The places after and beside a part, and the sum with what went in; the row after it."""
    on = place in adapter.places
    drawing.place(
        LEFT, (beside[0] - HALF, beside[1] + HALF), ("parallel", _size(adapter, "m")), on and adapter.kind == "parallel"
    )
    rows = tuple(beside[0] + each for each in range(int(beside[1] - beside[0]) + 1))
    drawing.click(10, rows, "parallel", place)
    drawing.place(MAIN, (row - HALF, row + HALF), _series_words(adapter), on and adapter.kind == "series")
    drawing.click(38, (row,), "series", place)
    drawing.click(50, (row,), "series", place)
    drawing.click(62, (row,), "series", place)
    drawing.box((45, 55), (row + 1 - HALF, row + 1 + HALF), "<b>+</b>")
    drawing.line((50, residual_from + 0.5), (77, residual_from + 0.5), (77, row + 1), (55, row + 1))
    drawing.line((50, beside[0] - 0.5), (10, beside[0] - 0.5), (10, beside[0] - HALF))
    drawing.line((10, beside[1] + HALF), (10, row + 1), (45, row + 1))
    return row + 2


def _series_words(adapter: Adapter) -> tuple[str, str]:
    return (f"series, m = {adapter.size}", "") if adapter.kind == "series" else ("series", "")


def _side(drawing: Drawing, adapter: Adapter, row: float, kind: str, place: str, words: tuple[str, str]) -> None:
    """A place at the right edge."""
    drawing.place(RIGHT, (row - HALF, row + HALF), words, adapter.kind == kind and place in adapter.places)
    drawing.click(90, (row,), kind, place)


def _row_of_matrices(drawing: Drawing, adapter: Adapter, names: list[str], row: float) -> float:
    """Frozen matrices, a few in a row; the row after them."""
    for first in range(0, len(names), IN_A_ROW):
        some = names[first : first + IN_A_ROW]
        width = (MAIN[1] - MAIN[0]) / len(some)
        for at, name in enumerate(some):
            edges = (MAIN[0] + at * width + (0.7 if at else 0), MAIN[0] + (at + 1) * width)
            on = adapter.kind == "lora" and name in adapter.places
            short = name.removesuffix("_proj").replace("_proj_with_mqa", "")[:SHORT]
            look = {"line": {"color": ORANGE, "width": 3}, "fillcolor": "rgba(224,123,57,0.30)"} if on else {}
            drawing.box(edges, (row - HALF, row + HALF), f"<b>✚ {short}</b>" if on else short, **look)
            drawing.click(sum(edges) / 2, (row,), "lora", name)
        row += 1
    return row


def _matrices(arch: Architecture, kind: str) -> list[str]:
    return list(dict.fromkeys(each.name for each, _ in adaptable(arch) if each.kind == kind))


def possible_vectors(arch: Architecture) -> bool:
    """Whether there are keys and values by heads, which IA3 stretches."""
    return arch.latent is None


def _size(adapter: Adapter, symbol: str) -> str:
    """What the chosen kind's size is, for the places that show it."""
    return f"{symbol} = {adapter.size}"
