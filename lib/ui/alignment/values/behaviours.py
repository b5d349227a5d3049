"""Kinds of bad behaviour, where each comes from, and which stage of training addresses it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lib.alignment.values.behaviours import Behaviour, behaviours, stages
from lib.sources import Source
from lib.ui.kit import controls
from lib.ui.kit.chapter import published
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.text import escape

NOT_YET = "not said"


def where_it_comes_from() -> list[dict]:
    """The rows to take away."""
    titles = {NOT_YET: "Choose a stage"} | {stage.id: stage.title for stage in stages()}
    said = {}
    for column, behaviour in zip(st.columns(len(behaviours())), behaviours(), strict=True):
        with column.container(border=True, height="stretch"):
            said[behaviour.id] = _card(behaviour, titles)
    _say_how_many(said)
    with st.expander("All four stages side by side", icon=":material/view_column:"):
        _every_stage()
    published("Each statement in the source named beside it; which stage to begin with is the course's own advice.")
    return [
        {
            "behaviour": each.title,
            "example": each.shown,
            "comes from": each.comes_from,
            "stage": stage.title,
            "does": each.remedies[stage.id].does,
            "leaves": each.remedies[stage.id].leaves,
            "sources": " ".join(source.url for source in each.remedies[stage.id].sources),
        }
        for each in behaviours()
        for stage in stages()
    ]


def _card(behaviour: Behaviour, titles: dict[str, str]) -> str:
    """The stage that the student chose."""
    st.markdown(f"## {escape(behaviour.title)}\n\n*{escape(behaviour.shown)}*")
    st.markdown(
        f":material/call_received: **Comes from.** {escape(behaviour.comes_from)} "
        f"({_links((behaviour.comes_from_source,))})"
    )
    stage = controls.select("Where would you begin?", titles, NOT_YET, key=f"hv_stage_{behaviour.id}")
    if stage == NOT_YET:
        return stage
    remedy = behaviour.remedies[stage]
    st.markdown(
        f":material/add_task: **Does.** {escape(remedy.does)}\n\n:material/remove_done: **Leaves.** "
        f"{escape(remedy.leaves)} ({_links(remedy.sources)})"
    )
    if stage == behaviour.first:
        st.success(f"The course would begin here too. {escape(behaviour.why_first)}", icon=":material/check:")
    else:
        first = titles[behaviour.first].lower()
        st.info(f"The course would begin with {first}. {escape(behaviour.why_first)}", icon=":material/school:")
    return stage


def _every_stage() -> None:
    for stage in stages():
        st.markdown(f"**{stage.title}** ({stage.when})")
        for column, each in zip(st.columns(len(behaviours())), behaviours(), strict=True):
            remedy = each.remedies[stage.id]
            column.markdown(f"*{escape(each.title)}.* {escape(remedy.does)} **But:** {escape(remedy.leaves)}")


def _say_how_many(said: dict[str, str]) -> None:
    chosen = [each for each in behaviours() if said[each.id] != NOT_YET]
    if chosen:
        same = sum(said[each.id] == each.first for each in chosen)
        happened(
            f"You begin where the course would for **{same} of {len(chosen)}**. No stage ends a behaviour alone: each "
            "leaves something to the next.",
        )


def _links(sources: Sequence[Source]) -> str:
    return ", ".join(f"[{escape(source.title)}]({source.url})" for source in sources)
