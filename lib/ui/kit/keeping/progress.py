"""What was opened and answered: noted as it happens, recalled after a reload, forgotten at a click."""

from __future__ import annotations

from collections.abc import Callable, Collection

import streamlit as st

from lib.lesson.progress.file import Kept
from lib.lesson.progress.record import Progress
from lib.lesson.quiz.boxes import Record
from lib.ui.kit.keeping.notes import kept_notes, recall_notes
from lib.ui.kit.kept import forget_all, keep, kept

WHAT, QUIZ, CASES = "progress", "quiz", "cases"
OF_ANSWERS = ("predict_", "check_", "skipped_", "qz_", "cs_")
"""How the names of the widgets begin whose values are answers."""


def progress() -> Progress:
    """What this browser has done so far, without what its pages said."""
    return kept(WHAT) or Progress()


def everything() -> Kept:
    """All that this browser can save, without what its pages said."""
    return Kept(progress(), kept(QUIZ) or Record(), kept(CASES) or {})


def whole_progress() -> Callable[[], Progress]:
    """What was done and what the pages said, put together when it is called: at a click, and in another thread, which
    no longer knows whose browser it is."""
    return _put_together(list(kept_notes()))


def progress_of(slug: str) -> Callable[[], Progress]:
    """The same with what this chapter's page alone said."""
    return _put_together([slug])


def _put_together(slugs: Collection[str]) -> Callable[[], Progress]:
    done, notes = progress(), kept_notes()
    return lambda: done.with_told({slug: notes[slug].told() for slug in slugs if slug in notes})


def nothing_is_kept() -> bool:
    return everything().empty and not kept_notes()


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


def load(older: Kept) -> None:
    """Put a loaded record under what this browser has done."""
    mine = everything()
    recall_notes(older.progress.told)
    keep(WHAT, mine.progress.joined_to(Progress(older.progress.opened, older.progress.answers)))
    keep(QUIZ, mine.quiz.joined_to(older.quiz))
    keep(CASES, {**older.decided, **mine.decided})


def forget() -> None:
    """All that this browser keeps, progress or other, as if it had never been here."""
    forget_all()
    for name in [str(name) for name in st.session_state]:
        if name.startswith(OF_ANSWERS):
            del st.session_state[name]
