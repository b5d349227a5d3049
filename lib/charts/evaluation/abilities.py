"""The survey's abilities, tasks and datasets as a tree."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from lib.charts.theme import GREY, RED, SEQUENCE, figure
from lib.evaluation.abilities import SurveyRow


def ability_tree(rows: Sequence[SurveyRow], highlight: str | None) -> go.Figure:
    """Abilities, tasks and datasets as an icicle that opens where it is pressed; every task has the same room."""
    ids, labels, parents, colours, values = ["all"], ["LLM<br>abilities"], [""], [GREY], [0.0]
    abilities = list(dict.fromkeys(row.ability for row in rows))

    def add(key: str, label: str, parent: str, colour: str, value: float) -> None:
        if key not in ids:
            ids.append(key)
            labels.append(wrapped(label))
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
    tree = {
        "type": "icicle",
        "ids": ids,
        "labels": labels,
        "parents": parents,
        "values": values,
        "marker": {"colors": colours, "line": {"width": 1, "color": "rgba(255,255,255,0.6)"}},
        "maxdepth": 3,
        "sort": False,
        "tiling": {"orientation": "h"},
        "textfont": {"size": 14},
        "textposition": "middle left",
        "hovertemplate": "%{label}<extra></extra>",
    }
    return figure(height=130 + 34 * len(rows), traces=[tree], margin={"l": 0, "r": 0, "t": 28, "b": 0})


def wrapped(label: str, limit: int = 18) -> str:
    """Two lines where one would not fit a narrow screen."""
    if len(label) <= limit or " " not in label:
        return label
    middle = min((at for at, letter in enumerate(label) if letter == " "), key=lambda at: abs(at - len(label) / 2))
    return f"{label[:middle]}<br>{label[middle + 1 :]}"
