"""Texts of the student's own: added, listed, taken out; kept through a reload and in no link."""

from __future__ import annotations

import streamlit as st

from lib.alignment.errors import AlignmentError
from lib.alignment.toxicity.texts import MOST_CHARACTERS, Labelled, with_another
from lib.ui.kit.kept import keep, kept
from lib.ui.kit.problems import problem
from lib.ui.kit.text import escape

WHAT = "toxicity texts"
LABELS = {False: "harmless", True: "rude"}


def my_texts() -> tuple[Labelled, ...]:
    return kept(WHAT) or ()


def ask_for_texts() -> None:
    """A box, a label, a button; and what is there so far."""
    st.text_input(
        "Your text",
        key="tx_text",
        placeholder="This killer recipe saved my evening.",
        help=f"At most {MOST_CHARACTERS} characters. It stays in this app and goes into no link.",
    )
    st.radio("It is", list(LABELS), format_func=LABELS.__getitem__, key="tx_label", horizontal=True)
    st.button("Add it", key="tx_add", icon=":material/add:", on_click=_add)
    if st.session_state.get("tx_problem"):
        problem(st.session_state["tx_problem"])


def taking_out(number: int, text: Labelled) -> None:
    """A button that takes the text out again."""
    label = f"Take out: {escape(text.text[:30])}"
    st.button(
        label, key=f"tx_out_{number}", icon=":material/delete:", type="tertiary", on_click=_take_out, args=(text,)
    )


def _add() -> None:
    """What cannot be taken stays in the box, with the reason."""
    st.session_state["tx_problem"] = None
    try:
        keep(WHAT, with_another(my_texts(), st.session_state["tx_text"], rude=st.session_state["tx_label"]))
    except AlignmentError as error:
        st.session_state["tx_problem"] = str(error)
    else:
        st.session_state["tx_text"] = ""


def _take_out(text: Labelled) -> None:
    keep(WHAT, tuple(each for each in my_texts() if each != text))
