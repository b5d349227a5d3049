"""Boxes that belong in no link, kept for this browser: a reload loses neither what was pasted, nor the file, nor how it
is to be read."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lib.training.own_data.texts import MAX_BYTES
from lib.ui.kit.kept import keep, kept
from lib.ui.kit.text import escape

WHAT, FILE_OF = "own data", "file of own data"
TEXT, FILE = "own-text", "own-file"
MOST_FILES = 50
"""Of as many browsers a file is kept at once: 100 MB if each is as large as may be."""


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


def uploaded_file() -> bytes | None:
    """What is in the file, also after a reload, which empties its box."""
    largest_mb = MAX_BYTES // 1_000_000
    file = st.file_uploader(
        "Or a file: TXT, CSV, TSV, JSON or JSONL", key=FILE, max_upload_size=largest_mb, on_change=_keep_file
    )
    if file is not None:
        return file.getvalue()
    if kept(FILE_OF) is None:
        return None
    name, data = kept(FILE_OF)
    st.markdown(f":material/draft: **{escape(name)}** is still here.")
    st.button("Take it out", on_click=keep, args=(FILE_OF, None), icon=":material/close:", key="own-file-out")
    return data


def _keep_file() -> None:
    file = st.session_state[FILE]
    keep(FILE_OF, (file.name, file.getvalue()) if file is not None else None, most=MOST_FILES)


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
