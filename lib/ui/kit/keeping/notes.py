"""What a page said of the student's own numbers and with which settings, for its summary.

`chapter` opens a page's notes, every control writes itself into them, and `happened` says a sentence on the page and
notes it. What a run's own timer draws again is noted again, under the same name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import streamlit as st

from lib.lesson.progress.record import Told
from lib.ui.kit.kept import keep, kept
from lib.ui.kit.text import plain

WHAT = "notes"


@dataclass
class Notes:
    """Of one opening of a page; written while it is drawn."""

    slug: str
    settings: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Label and value of each control, by its key."""
    sentences: dict[str, str] = field(default_factory=dict)
    """In plain text, by name."""

    def told(self) -> Told:
        return Told.shortened(self.settings.values(), self.sentences.values())


def start_notes(slug: str) -> None:
    st.session_state[WHAT] = Notes(slug)


def notes_now() -> Notes | None:
    return st.session_state.get(WHAT)


def note_setting(key: str, label: str, value: object) -> None:
    """A control's value, as a person would write it."""
    notes = notes_now()
    if notes is not None:
        notes.settings[key] = (label, f"{value:,}" if isinstance(value, int | float) else str(value))


def happened(text: str, *, name: str | None = None) -> None:
    """Say on the page, in Markdown, what happened in the student's own numbers; it goes into the chapter's summary.

    `name` is what the sentence is known by, where a timer may say it again with other numbers.
    """
    st.markdown(text)
    notes = notes_now()
    if notes is None:
        return
    notes.sentences[name or text] = plain(text)
    by_slug = kept(WHAT)
    if by_slug is None:
        keep(WHAT, by_slug := {})
    by_slug[notes.slug] = notes


def kept_notes() -> dict[str, Told]:
    """What each page said last, by slug."""
    return {slug: notes.told() for slug, notes in list((kept(WHAT) or {}).items())}


def recall_notes(told: Mapping[str, Told]) -> None:
    """What pages said according to a file, where this browser knows nothing newer."""
    loaded = {
        slug: Notes(
            slug,
            {str(place): pair for place, pair in enumerate(each.settings)},
            {sentence: sentence for sentence in each.sentences},
        )
        for slug, each in told.items()
    }
    keep(WHAT, loaded | (kept(WHAT) or {}))
