"""Two answers around the circle of FLASK's skills."""

from __future__ import annotations

import plotly.graph_objects as go

from lib.charts.evaluation.abilities import wrapped
from lib.charts.theme import SEQUENCE, figure
from lib.evaluation.flask import Ratings

CORNER_CHARACTERS = 11


def skill_radar(ratings: Ratings) -> go.Figure:
    """Skills around a circle, a line for each answer."""
    widest = ratings.widest
    ahead = "A" if widest.a > widest.b else "B"
    title = f"Furthest apart in {widest.skill.lower()}: answer {ahead} is ahead"
    corners = [wrapped(rating.skill, CORNER_CHARACTERS) for rating in ratings.each]
    sides = {"Answer A": [rating.a for rating in ratings.each], "Answer B": [rating.b for rating in ratings.each]}
    traces = [
        {
            "type": "scatterpolar",
            "r": [*values, values[0]],
            "theta": [*corners, corners[0]],
            "name": name,
            "fill": "toself",
            "opacity": 0.75,
            "line": {"color": colour, "width": 3},
        }
        for (name, values), colour in zip(sides.items(), SEQUENCE, strict=False)
    ]
    return figure(
        title if widest.a != widest.b else "No difference so far",
        height=520,
        traces=traces,
        polar={
            "radialaxis": {"range": [0, 5], "tickvals": [1, 2, 3, 4, 5]},
            "angularaxis": {"tickfont": {"size": 13}, "direction": "clockwise", "rotation": 90},
            "bgcolor": "rgba(0,0,0,0)",
        },
        margin={"l": 80, "r": 80, "b": 50},
    )
