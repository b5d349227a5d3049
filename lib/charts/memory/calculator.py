"""Figures of the memory calculator: the bar against the GPU's line, moments over time, estimate against truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from lib.charts.theme import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, YELLOW, figure, label, line
from lib.memory import Estimate
from lib.memory.ask.accuracy import Accuracy, Record
from lib.memory.moment import PARTS, Moment
from lib.units import GB, GIB

PINK, DARK = "#d16ba5", "#5b6470"
COLOURS = {
    "weights": BLUE,
    "gathered": PINK,
    "kv_cache": GREEN,
    "optimizer": PURPLE,
    "gradients": ORANGE,
    "activations": YELLOW,
    "logits": RED,
    "temporary": GREY,
    "overhead": DARK,
}
NAMES = {
    "weights": "Weights",
    "gathered": "Buckets",
    "kv_cache": "KV cache",
    "optimizer": "Optimizer",
    "gradients": "Gradients",
    "activations": "Activations",
    "logits": "Logits",
    "temporary": "Temporary",
    "overhead": "CUDA",
}
UNITS = {"GiB": GIB, "GB": GB}
ROOM_FOR_TEXT = 0.085  # of the widest bar: below this a name does not fit inside


def memory_bars(bars: Mapping[str, Estimate], usable_bytes: float, gpu_name: str, unit: str, title: str) -> go.Figure:
    """One stacked bar a set-up, its terms in order, and the line where the GPU ends."""
    size, names = UNITS[unit], list(bars)
    widest = max(usable_bytes, *(estimate.total_bytes for estimate in bars.values()))
    highest = max(estimate.high_bytes for estimate in bars.values())
    keys = dict.fromkeys(term.key for estimate in bars.values() for term in estimate.terms if term.size_bytes > 0)
    traces = [_segment(key, names, [bars[name].size_of(key) for name in names], unit, widest) for key in keys]
    end = usable_bytes / size
    to_the_right = usable_bytes < 0.6 * widest
    # Across a bar a white edge, so that the line is seen on a red part too
    edge = [line("x", end, color="#ffffff", width=9)] if usable_bytes < highest else []
    return figure(
        title,
        height=200 + 80 * len(bars),
        traces=[*traces, _bands(bars, size)],
        barmode="stack",
        bargap=0.25,
        uniformtext={"minsize": 11, "mode": "hide"},  # a phone would show 5 pixels; the legend has the names too
        above=86,
        legend={"y": -0.28, "font": {"size": 15}, "traceorder": "normal"},
        shapes=[*edge, line("x", end, color=RED, width=4, dash="dash")],
        annotations=[
            label(
                end,
                1,
                f"{gpu_name}: {end:,.1f} {unit}",
                yref="paper",
                yanchor="bottom",
                xanchor="left" if to_the_right else "right",
                font={"color": RED, "size": 16},
            )
        ],
        xaxis={"range": [0, 1.03 * max(usable_bytes, highest) / size], "ticksuffix": f" {unit}", "nticks": 7},
        yaxis={"showticklabels": len(bars) > 1, "autorange": "reversed"},
    )


def _segment(key: str, names: list[str], sizes: list[float], unit: str, widest: float) -> dict:
    scale = UNITS[unit]
    return {
        "type": "bar",
        "orientation": "h",
        "y": names,
        "x": [size / scale for size in sizes],
        "name": NAMES[key],
        "marker": {"color": COLOURS[key], "line": {"width": 0}},
        "text": [
            f"<b>{NAMES[key]}</b><br>{size / scale:,.1f}" if size > ROOM_FOR_TEXT * widest else "" for size in sizes
        ],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "textfont": {"color": "white", "size": 16},
        "hovertemplate": f"{NAMES[key]}: %{{x:,.2f}} {unit}<extra></extra>",
    }


def _bands(bars: Mapping[str, Estimate], size: float) -> dict:
    """How far the total may be off, as a bracket at each bar's end."""
    estimates = bars.values()
    return {
        "type": "scatter",
        "x": [estimate.total_bytes / size for estimate in estimates],
        "y": list(bars),
        "mode": "markers",
        "marker": {"size": 1, "color": GREY},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [(estimate.high_bytes - estimate.total_bytes) / size for estimate in estimates],
            "arrayminus": [(estimate.total_bytes - estimate.low_bytes) / size for estimate in estimates],
            "width": 9,
            "thickness": 2,
            "color": GREY,
        },
        "showlegend": False,
        "hoverinfo": "skip",
    }


def describe_bar(estimate: Estimate, usable_bytes: float, gpu_name: str) -> str:
    """The bar in words, for those who cannot see it."""
    whole = estimate.total_bytes
    parts = ", ".join(f"{NAMES[t.key]} {t.size_bytes / GIB:.1f} GiB" for t in estimate.terms if t.size_bytes > 0)
    verdict = "fits in" if whole <= usable_bytes else "does not fit in"
    return f"{whole / GIB:.1f} GiB in all ({parts}): {verdict} the {usable_bytes / GIB:.1f} GiB of {gpu_name}."


def moments_over_time(runs: Mapping[str, Sequence[Moment]], unit: str, title: str, limit_bytes: float) -> go.Figure:
    """Stacked areas over the moments of one or more runs in a row; the fullest moment is named."""
    size = UNITS[unit]
    values = [moment for run in runs.values() for moment in run]
    labels = [moment.label for moment in values]
    positions = list(range(len(values)))
    traces = [
        {
            "type": "scatter",
            "x": positions,
            "y": [getattr(moment, part) / size for moment in values],
            "stackgroup": "all",
            "mode": "lines",
            "line": {"width": 0.5, "color": COLOURS[part]},
            "fillcolor": COLOURS[part],
            "name": NAMES[part],
            "text": labels,
            "hovertemplate": f"%{{text}}<br>{NAMES[part]}: %{{y:,.2f}} {unit}<extra></extra>",
        }
        for part in PARTS
        if any(getattr(moment, part) > 0 for moment in values)
    ]
    fullest = max(positions, key=lambda position: values[position].allocated_bytes)
    highest = values[fullest].allocated_bytes / size
    starts, at, early = [], 0, True
    for name, run in runs.items():
        starts.append((at, name))
        if at <= fullest < at + len(run):
            early = fullest - at < len(run) / 2
        at += len(run)
    names = [
        label(start, 0, name, yref="paper", yanchor="bottom", xanchor="left", font={"size": 15, "color": "white"})
        for start, name in starts
    ]
    arrow = {"showarrow": True, "arrowhead": 2, "ay": -36, "ax": 70 if early else -70}  # away from the end of its run
    peak = label(fullest, highest, f"Fullest: {labels[fullest]}<br>{highest:,.1f} {unit}", font={"size": 15}, **arrow)
    limit = limit_bytes / size
    return figure(
        title,
        height=460,
        traces=traces,
        y=unit,
        hovermode="closest",
        legend={"y": -0.3, "font": {"size": 14}, "traceorder": "normal"},
        annotations=[peak, *names, _card(limit, unit)],
        shapes=[
            line("y", limit, color=RED, width=3, dash="dash"),
            *(line("x", start - 0.5, color=GREY, width=2, dash="dot") for start, _ in starts[1:]),
        ],
        xaxis=_phases(values),
        yaxis={"range": [0, 1.25 * max(highest, 0.8 * min(limit, 3 * highest))]},
    )


def _card(limit: float, unit: str) -> dict:
    """What the dashed line is, on white, since it may lie in an area of any colour."""
    look = {"font": {"size": 14, "color": RED}, "bgcolor": "#ffffff", "borderpad": 1}
    return label(1, limit, f"card: {limit:,.1f} {unit}", xref="paper", xanchor="right", **look)


def _phases(values: Sequence[Moment]) -> dict:
    """One tick where each phase begins; the moments themselves are named on hovering."""
    begins = [at for at, moment in enumerate(values) if at == 0 or moment.phase != values[at - 1].phase]
    return {"tickvals": begins, "ticktext": [values[at].phase for at in begins], "tickangle": -35}


def accuracy(found: Accuracy, verb: str, title: str) -> go.Figure:
    """Estimate against record on two logarithmic axes: our points on the diagonal, the rules of thumb off it."""
    sizes = [record.measured_bytes / GIB for record in found.records]
    ends = [min(sizes) * 0.6, max(sizes) * 1.8]
    ideal = {
        "type": "scatter",
        "x": ends,
        "y": ends,
        "mode": "lines",
        "line": {"color": GREY, "dash": "dot"},
        "name": "exactly right",
        "hoverinfo": "skip",
    }
    rules = [(record, record.rule_bytes) for record in found.of_rule]
    ours = [(record, record.estimated_bytes) for record in found.records]
    traces = [
        ideal,
        _estimates("rules of thumb", ORANGE, "x", rules, verb),
        _estimates("this calculator", BLUE, "circle", ours, verb),
    ]
    axis = {"type": "log", "dtick": 1}
    return figure(
        title,
        height=500,
        traces=traces,
        x=f"{verb} (GiB)",
        y="estimated (GiB)",
        xaxis=axis,
        yaxis=axis,
        legend={"y": -0.2, "font": {"size": 15}},
    )


def _estimates(name: str, colour: str, symbol: str, points: Sequence[tuple[Record, float]], verb: str) -> dict:
    return {
        "type": "scatter",
        "x": [record.measured_bytes / GIB for record, _ in points],
        "y": [size / GIB for _, size in points],
        "mode": "markers",
        "name": name,
        "marker": {"color": colour, "size": 11, "symbol": symbol, "opacity": 0.85},
        "text": [f"{record.model}, {record.what}" for record, _ in points],
        "hovertemplate": f"%{{text}}<br>{verb} %{{x:,.2f}} GiB<br>estimated %{{y:,.2f}} GiB<extra></extra>",
    }
