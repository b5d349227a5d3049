"""The student's weights, and whose answers win."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lib.alignment.values.pairs import FIRST, SECOND, VALUES, people
from lib.alignment.values.weighing import MOST, Weighed, Weights, as_person, differing, outcome, weighed
from lib.charts.alignment import values as charts
from lib.ui.alignment.values.judging import all_pairs, judged_by_me, show_pair
from lib.ui.kit import controls
from lib.ui.kit.chapter import formula
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.tables import show_table

USUAL = 5
SIGNS = {"helpful": "support_agent", "honest": "verified", "harmless": "health_and_safety"}


def weigh_values() -> list[dict]:
    """The rows to take away."""
    left, right = st.columns([1, 2], gap="large")
    with left:
        chosen = {
            value: controls.slider(f":material/{SIGNS[value]}: {value.capitalize()}", 0, MOST, USUAL, key=f"hv_{value}")
            for value in VALUES
        }
        mine = judged_by_me()
        st.caption(f"{_whose(len(mine))} as the course judges them. Only the proportions of the weights matter.")
    with left:
        rows = weighed(all_pairs(), Weights(**chosen), mine)
    with right:
        _draw_pulls(rows)
    _say_whose_answers_win(rows)
    _look_at_one(rows)
    _beside_others(rows, mine)
    return [
        {
            "pair": row.pair.title,
            **{f"weight_{value}": row.weights.of(value) for value in VALUES},
            **{value: row.judged.of(value) for value in VALUES},
            "margin": row.margin,
            "winner": row.winner_name or "undecided",
        }
        for row in rows
    ]


def _whose(mine: int) -> str:
    if not mine:
        return "All pairs"
    return f"{mine} pairs as you judged them, the others" if mine > 1 else "1 pair as you judged it, the others"


def _draw_pulls(rows: Sequence[Weighed]) -> None:
    st.plotly_chart(
        charts.pulls(rows, _winner_in_a_title(rows)),
        key="hv_pulls",
        alt="; ".join(f"{row.pair.title}: {row.winner_name or 'undecided'}, margin {row.margin:+.2f}" for row in rows),
    )


def _winner_in_a_title(rows: Sequence[Weighed]) -> str:
    told = outcome(rows, "helpful")
    if not told.contested:
        return "As you judge them, no value pulls against helpful"
    return (
        f"Where values pull apart, the more helpful answer wins {told.won} of {told.contested}, "
        f"{told.undecided or 'none'} undecided"
    )


def _say_whose_answers_win(rows: Sequence[Weighed]) -> None:
    told = [outcome(rows, value) for value in VALUES]
    said = "; ".join(f"**{each.value}** wins {each.won} and loses {each.lost} of {each.contested}" for each in told)
    undecided = sum(not row.winner for row in rows)
    alone = "No pair is" if not undecided else f"{undecided} pair{'s are' if undecided > 1 else ' is'}"
    happened(f"Where values pull apart, {said}. {alone} left undecided by your weights.")


def _look_at_one(rows: Sequence[Weighed]) -> None:
    titles = {row.pair.id: row.pair.title for row in rows}
    chosen = controls.select("Look at a pair", titles, "poem", key="hv_look")
    row = next(each for each in rows if each.pair.id == chosen)
    show_pair(row.pair, row.winner)
    formula(_worked(row))
    tips = [(value, row.tips_at(value)) for value in VALUES]
    at = [f"{value} {weight:g}" for value, weight in tips if weight is not None]
    if at:
        st.markdown(
            f"One weight alone brings it into balance, the others as they are: {' or '.join(at)}. Past that it tips."
        )
    elif row.judged.contested:
        st.markdown(f"No single weight from 0 to {MOST} tips it while the others stay as they are.")
    elif row.judged.undecided:
        st.markdown("No weights can decide it: as it is judged, its answers do not differ.")
    else:
        st.markdown("Nothing pulls the other way here, so weights only decide how clearly it wins.")


def _worked(row: Weighed) -> str:
    parts = " + ".join(f"{row.weights.of(value):g}·({row.judged.of(value):+d})" for value in VALUES)
    left, right = (" + ".join(row.behind(side)) or "nothing" for side in (FIRST, SECOND))
    return (
        f"Σ weight · side / Σ weight = ({parts}) / {row.weights.total:g} = {row.margin:+.2f}; −1 is the first "
        f"answer, +1 the second. {left.capitalize()} ({row.weight_behind(FIRST):g}) against {right} "
        f"({row.weight_behind(SECOND):g}): {row.winner_name or 'undecided'}."
    )


def _beside_others(rows: Sequence[Weighed], mine: dict) -> None:
    others = {person.name: as_person(all_pairs(), person, mine) for person in people()}
    show_table(
        [
            {"Pair": row.pair.title, "You": row.winner_name or "undecided"}
            | {name: theirs[at].winner_name or "undecided" for name, theirs in others.items()}
            for at, row in enumerate(rows)
        ],
        alt="The winner of each pair under your weights and under those of others",
    )
    counted = ", ".join(f"{name} {differing(rows, theirs)}" for name, theirs in others.items())
    st.markdown(
        f"Pairs that end otherwise than with your weights: {counted}. The same two answers and the same judgements, so "
        "whoever labels for RLHF hands down such weights, whether they are written anywhere or not."
    )
    st.caption(
        "Weights of the others: "
        + "; ".join(
            f"{person.name} {' : '.join(f'{person.weights[value]:g}' for value in VALUES)}" for person in people()
        )
        + " (helpful : honest : harmless)."
    )
