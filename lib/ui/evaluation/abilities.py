"""The survey's abilities and datasets as a tree to open, and where a dataset serves twice."""

from __future__ import annotations

import streamlit as st

from lib.charts.evaluation import abilities as charts
from lib.evaluation.abilities import places_of, riddle, survey, survey_source, uses
from lib.evaluation.benchmarks import benchmark_items
from lib.ui.kit import controls
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.text import escape

ALL = "all"


def explore() -> None:
    """Filter by ability, find a dataset, open the tree."""
    rows = survey()
    abilities = {ALL: "Everything", **{row.ability: row.ability for row in rows}}
    names = sorted({name for row in rows for name in row.datasets}, key=str.lower)
    ability_box, dataset_box = st.columns(2)
    with ability_box:
        ability = controls.select("Ability", abilities, ALL, key="ability")
    with dataset_box:
        dataset = controls.select("Find a dataset", {ALL: "none", **{name: name for name in names}}, ALL, key="dataset")
    shown = [row for row in rows if ability in (ALL, row.ability)]
    highlight = None if dataset == ALL else dataset
    st.plotly_chart(
        charts.ability_tree(shown, highlight),
        key="tree",
        alt="; ".join(f"{row.ability}, {row.task}: {len(row.datasets)} datasets" for row in shown),
    )
    st.caption("Press a box to open it; press the bar above to go back.")
    if highlight:
        _say_where_it_is(highlight)
    _say_which_serve_several()
    st.caption(f":material/menu_book: **Published.** {survey_source()}. Rows that slipped on the slide are put right.")


def table() -> list[dict]:
    """The whole table, a row for each task and dataset."""
    return [
        {"level": row.level, "ability": row.ability, "task": row.task, "dataset": name}
        for row in survey()
        for name in row.datasets
    ]


def find_the_right_task() -> None:
    """A small test: which task does a dataset belong to? It changes with the button, not with the clock."""
    number = st.session_state.setdefault("abilities_asked", 7)
    asked = riddle(number)
    st.markdown(f"**Which task does {escape(asked.dataset)} test?**")
    answer = st.radio("Task", asked.options, index=None, key=f"abilities_answer_{number}", label_visibility="collapsed")
    if answer is not None:
        show = st.success if answer == asked.row.task else st.warning
        listed = f"{escape(asked.dataset)} is listed under {asked.row.ability}, {asked.row.task}."
        show(listed, icon=":material/account_tree:")
    st.button("Another", on_click=_ask_another, icon=":material/casino:")


def _ask_another() -> None:
    st.session_state["abilities_asked"] = st.session_state.get("abilities_asked", 0) + 1


def _say_where_it_is(name: str) -> None:
    places = [f"{row.ability}, {row.task}" for row in places_of(name)]
    here = [each for each in benchmark_items().values() if name in each.benchmarks]
    happened(f"**{escape(name)}** tests {' and '.join(places)}.")
    if here:
        st.page_link("pages/benchmarks.py", label=f"Try an item of the kind “{here[0].kind}”", icon=":material/quiz:")


def _say_which_serve_several() -> None:
    often = ", ".join(f"{name} ({count})" for name, count in uses().most_common(6) if count > 1)
    st.markdown(
        f"**{len(uses())} datasets in {uses().total()} places.** Some serve several tasks: {often}. "
        "What a dataset tests depends on what the model may use: TriviaQA is closed-book, open-book, or a search task."
    )
