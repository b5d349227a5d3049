"""Boxes that belong in no link, kept by this browser: a reload of the page empties neither what was pasted nor how it
is to be read."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lib.training.own_data.texts import MAX_BYTES
from lib.ui.kit.kept import keep, kept

WHAT = "own data"
TEXT = "own-text"


def pasted_text(placeholder: str) -> str:
    """What stands in the box for texts, also after a reload."""
    if TEXT not in st.session_state and kept_boxes().get(TEXT):
        st.session_state[TEXT] = kept_boxes()[TEXT]
    typed = st.text_area(
        "Texts", key=TEXT, height=190, persist_state="session", placeholder=placeholder, on_change=keep_pasted
    )
    return typed or ""


def keep_pasted() -> None:
    """For a callback: the text as it stands in its box now; what is too much to be learnt from is not kept either."""
    typed = st.session_state[TEXT] or ""
    keep(WHAT, {TEXT: typed} if len(typed) <= MAX_BYTES else {})


def choice_for(own: str, name: str, label: str, options: Sequence[str], default: str) -> str:
    """One of the options, for the texts whose mark `own` is alone, also after a reload."""
    key = f"{name}:{own}"
    if key not in st.session_state:  # not by `index`, beside which Streamlit wants no value set
        chosen = kept_boxes().get(key, default)
        st.session_state[key] = chosen if chosen in options else default
    return st.selectbox(label, options, key=key, persist_state="session", on_change=_keep_choice, args=(own, key))


def kept_boxes() -> dict[str, str]:
    """What this browser keeps of these boxes, by their keys."""
    return kept(WHAT, {})


def _keep_choice(own: str, key: str) -> None:
    others = {name: value for name, value in kept_boxes().items() if name == TEXT or name.endswith(own)}
    keep(WHAT, {**others, key: st.session_state[key]})
