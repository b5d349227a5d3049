"""How the room ranked: every two answers with how many students prefer which, the pair that divides most on top."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from lib.alignment.agreeing import Divided
from lib.alignment.answers import Answer
from lib.charts.theme import BLUE, GREY, ORANGE, figure
from lib.classroom.experiments.ranking import pair_name

BAR_PIXELS = 44


def divided_pairs(pairs: Sequence[Divided], answers: Sequence[Answer]) -> go.Figure:
    """One bar a pair: left the students for the earlier letter, right those for the later one, ties between."""
    rows = list(range(len(pairs)))
    parts = (
        ("the first letter is better", BLUE, [each.for_first for each in pairs], 0),
        ("a tie", GREY, [each.ties for each in pairs], None),
        ("the second letter is better", ORANGE, [each.for_second for each in pairs], 1),
    )
    names = [pair_name(each, answers) for each in pairs]
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "name": name,
            "x": counts,
            "y": rows,
            "text": [_inside(count, names[row], side) for row, count in enumerate(counts)],
            "textposition": "inside",
            "insidetextanchor": "middle",
            "textangle": 0,
            "textfont": {"size": 17, "color": "#ffffff"},
            "hoverinfo": "skip",
            "marker": {"color": colour},
        }
        for name, colour, counts, side in parts
    ]
    return figure(
        title_of(pairs, answers),
        "students",
        height=110 + BAR_PIXELS * len(pairs),
        traces=traces,
        barmode="stack",
        xaxis={"dtick": max(1, pairs[0].judges // 6)},
        yaxis={
            "tickmode": "array",
            "tickvals": rows,
            "ticktext": [f"{first} or {second}" for first, second in names],
            "autorange": "reversed",
            "tickfont": {"size": 18},
        },
        legend={"traceorder": "normal", "y": -0.28},
    )


def title_of(pairs: Sequence[Divided], answers: Sequence[Answer]) -> str:
    """The message: the pair on which the room is most divided, if there is one."""
    most = pairs[0]
    first, second = pair_name(most, answers)
    if most.agreement == 1:
        return f"All {most.judges} agree on every pair" if most.judges > 1 else "One student has ranked"
    if len(pairs) > 1 and pairs[-1].agreement == most.agreement:
        return "Every pair divides the room alike"
    ties = f", {most.ties} tied" if most.ties else ""
    return f"{first} or {second} divides the room: {most.for_first} to {most.for_second}{ties}"


def describe(pairs: Sequence[Divided], answers: Sequence[Answer]) -> str:
    said = []
    for each in pairs:
        first, second = pair_name(each, answers)
        said.append(
            f"{first} better than {second} {each.for_first}, tie {each.ties}, {second} better {each.for_second}"
        )
    return f"Bar chart of students by what they say of every two answers: {'; '.join(said)}."


def _inside(count: int, letters: tuple[str, str], side: int | None) -> str:
    if not count:
        return ""
    return f"tie {count}" if side is None else f"{letters[side]} {count}"
