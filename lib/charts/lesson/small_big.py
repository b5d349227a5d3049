"""Small against big: blanks filled by each model, as it is, prompted and tuned."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import plotly.graph_objects as go

from lib.charts.theme import BLUE, GREEN, GREY, figure
from lib.lesson.scaling.small_big import HOW, Contender
from lib.units import format_count

COLOURS = {"base": GREY, "few_shot": BLUE, "lora": GREEN}
ROW_PIXELS = 54


def blanks(found: Sequence[Contender], title: str) -> go.Figure:
    """A bar a contender, the best on top; who it is stands above its bar."""
    rows = list(range(len(found)))
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": [each.blanks_right for each in found],
        "y": rows,
        "width": 0.34,
        "marker": {"color": [COLOURS[each.method] for each in found]},
        "hoverinfo": "skip",
    }
    names = [
        {
            "x": 0,
            "xref": "paper",
            "xanchor": "left",
            "y": row - 0.2,
            "yanchor": "bottom",
            "showarrow": False,
            "text": f"<b>{format_count(each.parameters)}</b> {escape(HOW[each.method])}: {each.blanks_right}",
            "font": {"size": 14},
        }
        for row, each in zip(rows, found, strict=True)
    ]
    return figure(
        escape(title),
        "blanks filled",
        height=60 + ROW_PIXELS * len(found),
        traces=[trace],
        showlegend=False,
        xaxis={"range": [0, found[0].blanks], "dtick": 1},
        yaxis={"showticklabels": False, "autorange": False, "range": [len(found) - 0.6, -0.9], "showgrid": False},
        annotations=names,
    )
