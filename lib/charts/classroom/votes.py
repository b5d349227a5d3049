"""Answers to one question, in both votes; who changed between them, as flows and never by name."""

from __future__ import annotations

import plotly.graph_objects as go

from lib.charts.theme import BLUE, GREEN, GREY, ORANGE, figure
from lib.classroom.records import Asked, Tally

LETTERS = "ABCDEFGH"
NO_ANSWER = "no answer"
BAR_PIXELS = 46


def votes(asked: Asked, tally: Tally) -> go.Figure:
    """Students by answer: one bar, or two where the room has voted again. The right one has a tick and its colour."""
    twice = bool(sum(tally.second))
    traces = [_bars(asked, tally.first, "first vote", GREY if twice else None)]
    if twice:
        traces.append(_bars(asked, tally.second, "after arguing", None))
    ticks = list(range(len(asked.choices)))
    return figure(
        title_of(asked, tally),
        "students",
        height=90 + BAR_PIXELS * len(ticks) * (2 if twice else 1),
        traces=traces,
        barmode="group",
        showlegend=twice,
        xaxis={"range": [0, 1.15 * max(1, *tally.first, *tally.second)], "dtick": _step(tally)},
        yaxis={
            "tickmode": "array",
            "tickvals": ticks,
            "ticktext": [name_of(asked, each) for each in ticks],
            "autorange": "reversed",
            "tickfont": {"size": 20},
        },
        legend={"traceorder": "normal", "y": -0.32},
    )


def title_of(asked: Asked, tally: Tally) -> str:
    """The message: how many are right, and how many were before they argued."""
    right = asked.right
    if right is None:
        most = [f"{LETTERS[each]} · {asked.choices[each].text}" for each in tally.most_chosen]
        return f"{max(tally.last)} of {sum(tally.last)} chose {most[0]}" if len(most) == 1 else "No choice is ahead"
    now = f"{tally.last[right]} of {sum(tally.last)} right"
    if sum(tally.second):
        return f"{now} after arguing, {tally.first[right]} of {sum(tally.first)} before"
    return now


def describe_votes(asked: Asked, tally: Tally) -> str:
    said = [
        f"{name_of(asked, number)} {tally.first[number]}"
        + (f", then {tally.second[number]}" if sum(tally.second) else "")
        for number in range(len(asked.choices))
    ]
    return f"Bar chart of students by answer: {'; '.join(said)}."


def flows(asked: Asked, tally: Tally) -> go.Figure:
    """A band for each pair of answers before and after arguing, as thick as the number of students who went there."""
    known = [each for each in tally.flows if (each.before, each.after) != (None, None)]
    befores = sorted({each.before for each in known}, key=_none_last)
    afters = sorted({each.after for each in known}, key=_none_last)
    left = {end: number for number, end in enumerate(befores)}
    right = {end: number + len(left) for number, end in enumerate(afters)}
    nodes = [(end, sum(each.students for each in known if each.before == end)) for end in befores]
    nodes += [(end, sum(each.students for each in known if each.after == end)) for end in afters]
    trace = {
        "type": "sankey",
        "arrangement": "fixed",
        "node": {
            "label": [f"{name_of(asked, end)}: {students}" for end, students in nodes],
            "color": [_colour(asked, end) for end, _ in nodes],
            "pad": 24,
            "thickness": 26,
        },
        "link": {
            "source": [left[each.before] for each in known],
            "target": [right[each.after] for each in known],
            "value": [each.students for each in known],
            "color": [_band(asked, each.before, each.after) for each in known],
        },
        "textfont": {"size": 18, "shadow": "none"},
    }
    changed = f"{tally.changed} of {tally.answered_both} changed their answer after arguing"
    return figure(changed, height=320, traces=[trace])


def describe_flows(asked: Asked, tally: Tally) -> str:
    went = [f"{name_of(asked, f.before)} to {name_of(asked, f.after)}: {f.students}" for f in tally.flows]
    return f"Flows from the first vote to the second, in students: {'; '.join(went)}."


def name_of(asked: Asked, number: int | None) -> str:
    """A letter; the right answer's with a tick."""
    if number is None:
        return NO_ANSWER
    return LETTERS[number] + (" ✓" if asked.choices[number].correct else "")


def _bars(asked: Asked, counts: tuple[int, ...], name: str, colour: str | None) -> dict:
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "x": list(counts),
        "y": list(range(len(counts))),
        "text": [str(count) for count in counts],
        "textposition": "outside",
        "textfont": {"size": 20},
        "cliponaxis": False,
        "hoverinfo": "skip",
        "marker": {"color": colour or [_colour(asked, number) for number in range(len(counts))]},
    }


def _colour(asked: Asked, number: int | None) -> str:
    if number is None:
        return GREY
    return GREEN if asked.choices[number].correct else BLUE


def _band(asked: Asked, before: int | None, after: int | None) -> str:
    """Who stayed is grey; who changed to the right answer green, and to a wrong one orange."""
    if before == after or after is None or before is None:
        return "rgba(138,129,120,0.35)"
    red, green, blue = (int((GREEN if asked.choices[after].correct else ORANGE)[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.55)"


def _none_last(end: int | None) -> tuple[bool, int]:
    return end is None, end or 0


def _step(tally: Tally) -> int:
    return max(1, max(*tally.first, *tally.second) // 6)
