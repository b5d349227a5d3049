"""A pair of the student's own: typed in, kept through a reload and in no link."""

from __future__ import annotations

import streamlit as st

from lib.alignment.errors import AlignmentError
from lib.alignment.values.pairs import MOST_CHARACTERS, OWN, ValuePair, own_pair
from lib.ui.kit.kept import keep, kept
from lib.ui.kit.problems import problem

WHAT, JUDGED = "values own pair", "values judged"
FIELDS = {
    "hv_own_prompt": ("What is asked", "Does my singing suit the wedding?"),
    "hv_own_first": ("First answer", "It suits it wonderfully."),
    "hv_own_second": ("Second answer", "Not yet; practise the high notes."),
}


def my_pair() -> ValuePair | None:
    return kept(WHAT)


def ask_for_a_pair() -> None:
    """Three boxes and a button; what cannot be taken stays in the boxes, with the reason."""
    pair = my_pair()
    typed = (pair.prompt, *(answer.text for answer in pair.answers)) if pair else ("", "", "")
    for (key, (label, example)), value in zip(FIELDS.items(), typed, strict=True):
        st.session_state.setdefault(key, value)
        st.text_area(
            label, key=key, placeholder=example, height=68, help=f"At most {MOST_CHARACTERS} characters, in no link."
        )
    st.button("Judge this pair", key="hv_own_take", icon=":material/balance:", on_click=_take)
    if st.session_state.get("hv_own_problem"):
        problem(st.session_state["hv_own_problem"])


def _take() -> None:
    st.session_state["hv_own_problem"] = None
    try:
        pair = own_pair(*(st.session_state[key] for key in FIELDS))
    except AlignmentError as error:
        st.session_state["hv_own_problem"] = str(error)
        return
    if pair != my_pair():
        keep(WHAT, pair)
        keep(JUDGED, {name: sides for name, sides in (kept(JUDGED) or {}).items() if name != OWN})
        for value in ("helpful", "honest", "harmless"):
            st.session_state.pop(f"hv_{OWN}_{value}", None)
