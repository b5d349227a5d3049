"""The survey's abilities and datasets as a tree to open, and where a dataset serves twice."""

from __future__ import annotations

from collections import Counter

import streamlit as st

from lib.charts import evaluation as charts
from lib.evaluation.course import benchmark_items, survey, survey_source
from lib.ui.kit import controls
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
        _where(highlight)
    _twice()
    st.caption(
        f":material/menu_book: **Published.** {survey_source()}. Rows that had slipped on the slide are put right."
    )


def table() -> tuple[str, list]:
    """(CSV, data) of the whole table."""
    rows = [
        {"level": row.level, "ability": row.ability, "task": row.task, "dataset": name}
        for row in survey()
        for name in row.datasets
    ]
    lines = ["level,ability,task,dataset"]
    lines += [",".join(f'"{value}"' if "," in value else value for value in row.values()) for row in rows]
    return "\n".join(lines) + "\n", rows


def find_the_right_row() -> None:
    """A small test: where does a dataset belong? The item changes with the button, not with the clock."""
    rows = survey()
    asked = st.session_state.setdefault("abilities_asked", 7)
    pool = [(row.task, name) for row in rows for name in row.datasets]
    once = [(task, name) for task, name in pool if _count()[name] == 1]
    task, name = once[asked * 17 % len(once)]
    st.markdown(f"**Which task does {escape(name)} test?**")
    tasks = [row.task for row in rows]
    options = [
        task,
        *(other for other in (tasks[(asked * 5 + step) % len(tasks)] for step in (1, 6, 11)) if other != task),
    ]
    options = sorted(dict.fromkeys(options))
    answer = st.radio("Task", options, index=None, key=f"abilities_answer_{asked}", label_visibility="collapsed")
    if answer is not None:
        ability = next(row.ability for row in rows if row.task == task)
        show = st.success if answer == task else st.warning
        show(f"{escape(name)} is listed under {ability}, {task}.", icon=":material/account_tree:")
    st.button("Another", on_click=_another, icon=":material/casino:")


def _another() -> None:
    st.session_state["abilities_asked"] = st.session_state.get("abilities_asked", 0) + 1


def _count() -> Counter[str]:
    return Counter(name for row in survey() for name in row.datasets)


def _where(name: str) -> None:
    places = [f"{row.ability}, {row.task}" for row in survey() if name in row.datasets]
    here = [each for each in benchmark_items().values() if name in each.benchmarks]
    st.markdown(f"**{escape(name)}** tests {' and '.join(places)}.")
    if here:
        st.page_link("pages/benchmarks.py", label=f"Try an item of the kind “{here[0].kind}”", icon=":material/quiz:")


def _twice() -> None:
    often = [(name, count) for name, count in _count().most_common(6) if count > 1]
    told = ", ".join(f"{name} ({count})" for name, count in often)
    total = len(_count())
    st.markdown(
        f"**{total} datasets, {sum(_count().values())} entries.** Some serve several abilities: {told}. "
        "What a dataset tests depends on what the model may use: TriviaQA is closed-book, open-book, or a search task."
    )
