"""What a page said of the student's own numbers and with which settings, for its summary.

`chapter` opens a page's notes, every control writes itself into them, and `happened` says a sentence on the page and
notes it. What a run's own timer draws again is noted again, under the same name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from lib.lesson.progress.record import MOST_ROWS, MOST_SENTENCES, Told, first_and_last, size_of
from lib.ui.kit.kept import keep, kept
from lib.ui.kit.text import plain

WHAT = "notes"
_NUMBER = re.compile(r"[-+−]?[\d.,]*\d")


@dataclass
class Notes:
    """Of one opening of a page; written while it is drawn."""

    slug: str
    settings: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Label and value of each control, by its key."""
    sentences: dict[str, str] = field(default_factory=dict)
    """In plain text, by name; what was said last is at the end."""
    table: Sequence[Mapping[str, Any]] = ()
    """The first and last rows of what the page offers as a file."""
    offered: tuple[int, int] = (0, 0)
    """Rows and columns of that file."""
    weights: dict[tuple[str, str], str] = field(default_factory=dict)
    """What on the page has said what a model's weights came through, by model and format."""

    def told(self) -> Told:
        # As lists: a download is made in another thread, and the page may be writing on.
        return Told.shortened(list(self.settings.values()), list(self.sentences.values()), self.table, self.offered)


def start_notes(slug: str) -> None:
    st.session_state[WHAT] = Notes(slug)


def stop_notes() -> None:
    """On a page that is no chapter: its controls are none of the last chapter's."""
    st.session_state.pop(WHAT, None)


def notes_now() -> Notes | None:
    return st.session_state.get(WHAT)


def note_setting(key: str, label: str, value: object) -> None:
    """A control's value, as a person would write it."""
    notes = notes_now()
    if notes is not None:
        notes.settings[key] = (label, f"{value:,}" if isinstance(value, int | float) else str(value))


def happened(text: str) -> None:
    """Say on the page, in Markdown, what happened in the student's own numbers; it goes into the chapter's summary."""
    st.markdown(text)
    note_sentence(text)


def note_sentence(text: str) -> None:
    """The same, of what the page says elsewhere: in the title of a chart, say."""
    notes = notes_now()
    if notes is None:
        return
    name = _NUMBER.sub("", text)  # a timer says the same again with other numbers
    notes.sentences.pop(name, None)
    notes.sentences[name] = plain(text)
    while len(notes.sentences) > MOST_SENTENCES:
        notes.sentences.pop(next(iter(notes.sentences)))
    _keep_notes(notes)


def note_rows(rows: Sequence[Mapping[str, Any]] | None) -> None:
    """What the page offers as a file: its first and last rows go into the summary."""
    notes = notes_now()
    if notes is not None and rows:
        notes.table, notes.offered = first_and_last(rows, MOST_ROWS), size_of(rows)
        _keep_notes(notes)


def _keep_notes(notes: Notes) -> None:
    by_slug = kept(WHAT)
    if by_slug is None:
        keep(WHAT, by_slug := {})
    by_slug[notes.slug] = notes


def kept_notes() -> dict[str, Notes]:
    """The notes of each page that was opened, by slug. They are shortened where they are asked for: `Notes.told`."""
    return dict(kept(WHAT) or {})


def recall_notes(told: Mapping[str, Told]) -> None:
    """What pages said according to a file, where this browser knows nothing newer."""
    loaded = {
        slug: Notes(
            slug,
            {str(place): pair for place, pair in enumerate(each.settings)},
            {sentence: sentence for sentence in each.sentences},
            each.rows,
            each.offered,
        )
        for slug, each in told.items()
    }
    keep(WHAT, loaded | (kept(WHAT) or {}))
