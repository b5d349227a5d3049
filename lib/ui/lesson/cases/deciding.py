"""A case: its story, the student's decision, then the worked solution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from lib import ui
from lib.curriculum import chapter
from lib.lesson.cases.stories import Case, PageLink, cases
from lib.lesson.cases.working import Figure, figures
from lib.ui.kit.keeping.progress import CASES
from lib.ui.kit.kept import keep, kept


def decide_case() -> list[dict[str, Any]]:
    """The chosen case; its figures as rows once the student has decided."""
    first = next(iter(cases()))
    labels = {id: case.label for id, case in cases().items()}
    case = cases()[ui.select("Case", labels, first, key="cs_case")]
    st.header(case.title, anchor=False)
    st.markdown(case.story)
    _links([link for link in case.pages if not link.solves])
    decided = (kept(CASES) or {}).get(case.id)
    with st.container(border=True):
        st.markdown(f"**Decide first. {case.asked.question}**")
        if decided is None:
            _ask_for_a_decision(case)
            return []
        _explain(case, decided)
    return _solution(case)


def _ask_for_a_decision(case: Case) -> None:
    key = f"cs_{case.id}"
    # The file has the right option first; by the alphabet it stands anywhere.
    options = sorted(option.text for option in case.asked.options)
    chosen = st.radio(case.asked.question, options, index=None, key=key, label_visibility="collapsed")
    st.button("That is my decision", on_click=_commit, args=(case.id, key), type="primary", disabled=chosen is None)
    st.caption("Choose, then press the button: the worked solution opens, and the decision stands.")


def _commit(id: str, key: str) -> None:
    chosen = st.session_state.get(key)
    if any(option.text == chosen for option in cases()[id].asked.options):
        keep(CASES, {**(kept(CASES) or {}), id: chosen})


def _again(id: str) -> None:
    keep(CASES, {name: text for name, text in (kept(CASES) or {}).items() if name != id})


def _explain(case: Case, decided: str) -> None:
    for option in case.asked.options:
        mine = ", your decision" if option.text == decided else ""
        said = f"**{option.text}** ({'right' if option.correct else 'wrong'}{mine}). {option.why}"
        if option.correct:
            st.success(said, icon=":material/check:")
        elif mine:
            st.warning(said, icon=":material/close:")
        else:
            st.markdown(f":material/remove: {said}")
    st.button("Decide again", on_click=_again, args=(case.id,), type="tertiary")


def _solution(case: Case) -> list[dict[str, Any]]:
    st.markdown("### Worked out")
    found = figures(case.id)
    for each in found:
        st.markdown(f"- {ui.escape(each.what)}: **{ui.escape(each.value)}**{_verdict(each)}")
    _links([link for link in case.pages if link.solves])
    ui.formula("Computed just now by what is behind the pages linked here.")
    st.markdown(f"**What speaks against.** {case.against}")
    return [{"figure": each.what, "value": each.value} for each in found]


def _links(links: Sequence[PageLink]) -> None:
    for link in links:
        words = chapter(link.slug)
        st.page_link(words.file, label=link.label, icon=words.icon, query_params=dict(link.query))


def _verdict(figure: Figure) -> str:
    if figure.fits is None:
        return ""
    return " :material/check: fits" if figure.fits else " :material/close: does not fit"
