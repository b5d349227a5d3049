"""FLASK on the page: two answers, twelve skills, the student's ratings beside the course's reading."""

from __future__ import annotations

import streamlit as st

from lib.charts import evaluation as charts
from lib.evaluation.course import AnswerPair, answer_pairs, skills, skills_source
from lib.ui import controls
from lib.ui.text import escape

LOW, HIGH = 1, 5


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


def rate(pair: AnswerPair) -> list[dict]:
    """Both answers on the twelve skills, in a table to type into; values out of range are put back to 3."""
    rows = [{"Skill": skill.name, "A": 3, "B": 3, "What it asks": skill.about} for skill in skills()]
    st.caption("Type a number from 1 (poor) to 5 (excellent) into columns A and B.")
    number = st.column_config.NumberColumn
    edited = st.data_editor(
        rows,
        key=f"ratings_{pair.key}",
        hide_index=True,
        disabled=["Skill", "What it asks"],
        column_config={
            "A": number("A", help="1 to 5", width="small", min_value=LOW, max_value=HIGH, step=1, required=True),
            "B": number("B", help="1 to 5", width="small", min_value=LOW, max_value=HIGH, step=1, required=True),
        },
        height="content",
    )
    return [{**row, "A": _valid(row["A"]), "B": _valid(row["B"])} for row in edited]


def compare(pair: AnswerPair, rated: list[dict], overall: tuple[int, int]) -> None:
    """The radar, where one number hid something, and the course's reading on demand."""
    names = [skill.name for skill in skills()]
    mine = {"Answer A": [row["A"] for row in rated], "Answer B": [row["B"] for row in rated]}
    touched = any(row["A"] != 3 or row["B"] != 3 for row in rated)
    st.plotly_chart(charts.skill_radar(names, mine), key="radar", alt=_in_words(rated))
    for_a = [row["Skill"] for row in rated if row["A"] > row["B"]]
    for_b = [row["Skill"] for row in rated if row["B"] > row["A"]]
    if touched:
        means = [sum(values) / len(values) for values in mine.values()]
        st.markdown(
            f"On average you gave A **{means[0]:.2f}** and B **{means[1]:.2f}**; overall you had said "
            f"{overall[0]} and {overall[1]}. A leads in {_listed(for_a)}; B leads in {_listed(for_b)}."
        )
    with st.expander("How the course reads these answers", icon=":material/school:"):
        ours = {"Answer A": [each.a for each in pair.ours], "Answer B": [each.b for each in pair.ours]}
        st.plotly_chart(charts.skill_radar(names, ours), key="radar_ours", alt="The course's own ratings")
        st.markdown(pair.why)
        if touched:
            off = sum(
                abs(row["A"] - each.a) + abs(row["B"] - each.b) for row, each in zip(rated, pair.ours, strict=True)
            ) / (2 * len(rated))
            st.markdown(f"You and the course differ by **{off:.2f}** points a rating on average.")
        st.caption(pair.reading)
    st.caption(f":material/menu_book: **Published.** Skills: {skills_source()}.")


def export(rated: list[dict]) -> tuple[str, list[dict]]:
    rows = [{"skill": row["Skill"], "a": row["A"], "b": row["B"]} for row in rated]
    return "skill,a,b\n" + "".join(f"{row['skill']},{row['a']},{row['b']}\n" for row in rows), rows


def _valid(value: object) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError):
        return 3
    return number if LOW <= number <= HIGH else 3


def _listed(names: list[str]) -> str:
    return ", ".join(name.lower() for name in names) if names else "nothing"


def _in_words(rated: list[dict]) -> str:
    return "; ".join(f"{row['Skill']}: A {row['A']}, B {row['B']}" for row in rated)
