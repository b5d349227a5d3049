"""What was opened and answered: noted as it happens, recalled after a reload, forgotten at a click."""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

from lib.lesson.progress.record import Progress
from lib.ui.kit.keeping.notes import kept_notes, recall_notes
from lib.ui.kit.kept import forget_all, keep, kept

WHAT = "progress"
OF_ANSWERS = ("predict_", "check_", "skipped_")
"""How the names of the widgets begin whose values are answers."""


def progress() -> Progress:
    """What this browser has done so far, without what its pages said."""
    return kept(WHAT) or Progress()


def whole_progress() -> Progress:
    """The same with what its pages said, as it goes into a file and into a summary."""
    return progress().with_told(kept_notes())


def note_opened(slug: str) -> None:
    keep(WHAT, progress().with_opened(slug))


def note_answer(key: str, option: str) -> None:
    keep(WHAT, progress().with_answer(key, option))


def recall_answer(key: str, options: Collection[str]) -> None:
    """Before its radio buttons are made: what was answered before a reload stands again."""
    if key not in st.session_state:
        before = progress().answers.get(key)
        if before is not None and before.last in options:
            st.session_state[key] = before.last


def load(older: Progress) -> None:
    """Put a loaded record under what this browser has done."""
    recall_notes(older.told)
    keep(WHAT, progress().joined_to(Progress(older.opened, older.answers)))


def forget() -> None:
    """All that this browser keeps, progress or other, as if it had never been here."""
    forget_all()
    for name in [str(name) for name in st.session_state]:
        if name.startswith(OF_ANSWERS):
            del st.session_state[name]
