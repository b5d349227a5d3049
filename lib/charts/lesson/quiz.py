"""How the quiz stands, by group of chapters."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from lib.charts.theme import BLUE, GREY, ORANGE, figure
from lib.lesson.quiz.standing import TopicStanding

PARTS = (("right", "right", BLUE), ("wrong", "wrong", ORANGE), ("not_asked", "not asked yet", GREY))


def standing_bars(groups: Sequence[TopicStanding], total: TopicStanding) -> go.Figure:
    """One bar a group: questions whose last answer is right, wrong, and those not asked yet."""
    names = [each.name for each in groups]
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "name": name,
            "y": names,
            "x": [getattr(each, part) for each in groups],
            "text": [f"{count}" if (count := getattr(each, part)) else "" for each in groups],
            "textposition": "inside",
            "insidetextanchor": "middle",
            "textangle": 0,
            "marker": {"color": colour},
            "insidetextfont": {"color": "white", "size": 14},
            "hovertemplate": f"%{{y}}: %{{x}} {name}<extra></extra>",
        }
        for part, name, colour in PARTS
    ]
    title = f"{total.right} of {total.questions} questions right, {total.wrong} wrong"
    return figure(
        title,
        x="questions",
        height=120 + 42 * len(names),
        traces=traces,
        barmode="stack",
        yaxis={"autorange": "reversed", "tickfont": {"size": 14}},
        legend={"traceorder": "normal"},
    )


def describe_standing(groups: Sequence[TopicStanding]) -> str:
    """The bars in words, for whoever cannot see them."""
    return "; ".join(
        f"{each.name}: {each.right} right, {each.wrong} wrong, {each.not_asked} not asked" for each in groups
    )
