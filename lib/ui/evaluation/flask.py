"""FLASK on the page: two answers, twelve skills, the student's ratings beside the course's reading."""

from __future__ import annotations

import streamlit as st

from lib.charts.evaluation import skills as charts
from lib.evaluation.flask import HIGH, LOW, AnswerPair, Rating, Ratings, Skill, abilities, answer_pairs, skills_source
from lib.ui.kit import controls
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.text import escape

ENOUGH = 3
"""Fewer corners make no radar."""


def show_pair() -> AnswerPair:
    """The instruction and its two answers."""
    titles = {key: pair.instruction for key, pair in answer_pairs().items()}
    pair = answer_pairs()[controls.select("Instruction", titles, "fridge", key="pair")]
    a, b = st.columns(2)
    for column, name, text in ((a, "A", pair.a), (b, "B", pair.b)):
        with column.container(border=True, height="stretch"):
            st.markdown(f"**Answer {name}**")
            st.markdown(escape(text))
    return pair


def one_number() -> tuple[int, int]:
    """The rating most people are asked for: one number per answer."""
    a, b = st.columns(2)
    with a:
        first = controls.slider("Overall, answer A", LOW, HIGH, 3, key="overall_a")
    with b:
        second = controls.slider("Overall, answer B", LOW, HIGH, 3, key="overall_b")
    return first, second


def rate(pair: AnswerPair) -> Ratings:
    """Stars from 1 to 5 for either answer, skill by skill; the skills for which both have some."""
    rated = []
    for ability, mine in abilities().items():
        with st.container(border=True):
            st.markdown(f"**{ability}**")
            for skill in mine:
                stars = _stars(pair, skill)
                if None not in stars:
                    rated.append(Rating(skill.name, stars[0] + 1, stars[1] + 1))
    return Ratings(tuple(rated))


def _stars(pair: AnswerPair, skill: Skill) -> list[int | None]:
    """Stars for A and B, counted from 0, behind the question; on a phone under it. In one line without boxes of its
    own: twelve skills are most of what this page sends whenever something on it moves."""
    stars = []
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.markdown(f"**{skill.name}.** {skill.about}")
        for name in ("A", "B"):
            st.caption(name, width="content")
            stars.append(st.feedback("stars", key=f"{pair.key}:{skill.name}:{name}", persist_state="session"))
    return stars


def compare(pair: AnswerPair, rated: Ratings, overall: tuple[int, int]) -> None:
    """The radar, what one number hid, and the course's reading on demand."""
    missing = ENOUGH - len(rated.each)
    if missing > 0:
        skills = "skill" if missing == 1 else "skills"
        st.info(f"Rate both answers on {missing} more {skills} to see the radar.", icon=":material/radar:")
    else:
        st.plotly_chart(charts.skill_radar(rated), key="radar", alt=_ratings_in_words(rated))
        happened(
            f"On average you gave A **{rated.mean_a:.2f}** and B **{rated.mean_b:.2f}**; overall you had said "
            f"{overall[0]} and {overall[1]}. A is ahead in {_listed(rated.a_leads)}; "
            f"B is ahead in {_listed(rated.b_leads)}."
        )
    with st.expander("How the course reads these answers", icon=":material/school:"):
        st.plotly_chart(charts.skill_radar(pair.ours), key="radar_ours", alt=_ratings_in_words(pair.ours))
        st.markdown(pair.why)
        if rated.each:
            off = rated.distance(pair.ours)
            happened(f"On average your ratings and the course's differ by **{off:.2f}** points.")
        st.caption(pair.reading)
    st.caption(f":material/menu_book: **Published.** Skills: {skills_source()}.")


def export(rated: Ratings) -> list[dict]:
    return [{"skill": each.skill, "a": each.a, "b": each.b} for each in rated.each]


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(name.lower() for name in names) if names else "nothing"


def _ratings_in_words(rated: Ratings) -> str:
    return "; ".join(f"{each.skill}: A {each.a}, B {each.b}" for each in rated.each)
