"""FLASK on the page: two answers, twelve skills, the student's ratings beside the course's reading."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from lib.charts import evaluation as charts
from lib.evaluation.course import AnswerPair, Rating, answer_pairs, skills, skills_source
from lib.ui.kit import controls
from lib.ui.kit.text import escape

LOW, HIGH = 1, 5
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
    """The rating most people are asked for: one number an answer."""
    a, b = st.columns(2)
    with a:
        first = controls.slider("Overall, answer A", LOW, HIGH, 3, key="overall_a")
    with b:
        second = controls.slider("Overall, answer B", LOW, HIGH, 3, key="overall_b")
    return first, second


def rate(pair: AnswerPair) -> dict[str, Rating]:
    """Stars from 1 to 5 for either answer, skill by skill; the skills for which both have some."""
    rated = {}
    for ability in dict.fromkeys(skill.ability for skill in skills()):
        st.markdown(f"**{ability}**")
        mine = [skill for skill in skills() if skill.ability == ability]
        columns = [*st.columns(2), *st.columns(2)] if len(mine) == 4 else st.columns(len(mine))
        for column, skill in zip(columns, mine, strict=True):
            with column.container(border=True, height="stretch"):
                st.markdown(f"**{skill.name}.** {skill.about}")
                stars = _stars(pair, skill.name)
            if None not in stars:
                rated[skill.name] = Rating(skill.name, stars[0] + 1, stars[1] + 1)
    return rated


def _stars(pair: AnswerPair, skill: str) -> list[int | None]:
    """Stars for A and B, counted from 0; beside each other where there is room."""
    stars = []
    with st.container(horizontal=True):
        for name in ("A", "B"):
            with st.container(width=150):
                st.caption(f"Answer {name}")
                stars.append(st.feedback("stars", key=f"{pair.key}:{skill}:{name}"))
    return stars


def compare(pair: AnswerPair, rated: dict[str, Rating], overall: tuple[int, int]) -> None:
    """The radar, what one number hid, and the course's reading on demand."""
    if len(rated) < ENOUGH:
        st.info(f"Rate both answers on {ENOUGH - len(rated)} more skills to see the radar.", icon=":material/radar:")
    else:
        st.plotly_chart(charts.skill_radar(list(rated), _sides(rated.values())), key="radar", alt=_in_words(rated))
        means = [sum(side) / len(side) for side in _sides(rated.values()).values()]
        st.markdown(
            f"On average you gave A **{means[0]:.2f}** and B **{means[1]:.2f}**; overall you had said {overall[0]} and "
            f"{overall[1]}. A leads in {_listed([each.skill for each in rated.values() if each.a > each.b])}; "
            f"B leads in {_listed([each.skill for each in rated.values() if each.b > each.a])}."
        )
    ours = {each.skill: each for each in pair.ours}
    with st.expander("How the course reads these answers", icon=":material/school:"):
        st.plotly_chart(
            charts.skill_radar(list(ours), _sides(pair.ours)),
            key="radar_ours",
            alt=_in_words(ours),
        )
        st.markdown(pair.why)
        if rated:
            off = sum(abs(each.a - ours[name].a) + abs(each.b - ours[name].b) for name, each in rated.items())
            st.markdown(f"You and the course differ by **{off / (2 * len(rated)):.2f}** points a rating on average.")
        st.caption(pair.reading)
    st.caption(f":material/menu_book: **Published.** Skills: {skills_source()}.")


def export(rated: dict[str, Rating]) -> tuple[str, list[dict]]:
    rows = [{"skill": each.skill, "a": each.a, "b": each.b} for each in rated.values()]
    return "skill,a,b\n" + "".join(f"{row['skill']},{row['a']},{row['b']}\n" for row in rows), rows


def _sides(ratings: Iterable[Rating]) -> dict[str, list[int]]:
    ratings = list(ratings)
    return {"Answer A": [each.a for each in ratings], "Answer B": [each.b for each in ratings]}


def _listed(names: list[str]) -> str:
    return ", ".join(name.lower() for name in names) if names else "nothing"


def _in_words(rated: dict[str, Rating]) -> str:
    return "; ".join(f"{each.skill}: A {each.a}, B {each.b}" for each in rated.values())
