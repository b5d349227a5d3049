"""Leading a page on a projector: next and previous, reveal, reset, leave. Each is a button with its key.

Arrow keys and the two keys of a clicker, Page Down and Page Up, do the same. Streamlit keeps C and R to itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from lib import curriculum
from lib.lesson.presenting.steps import ALL, EXPERIMENT, step_at, steps_of
from lib.ui.kit.keeping.notes import notes_now
from lib.ui.kit.presenting.looks import projector_looks
from lib.ui.kit.presenting.stage import ASKED, REVEALED

GOING = "presenting_going"
"""Where a key leads that leaves the page: switching is not possible in a callback."""

OPENED = "presenting_opened"
"""The page, and the value that each of its controls had first: a reset goes back to these. (Streamlit lets nobody but
the control itself change its place in the link.)"""


@contextmanager
def led(slug: str) -> Iterator[None]:
    """The page drawn within: in the looks of its step, with the keys in a bar below everything."""
    _keys(slug)
    with st.container(key="stage"):
        yield
    notes = notes_now()
    first = st.session_state[OPENED][1]
    for key in notes.settings if notes else ():
        if key in st.session_state:
            first.setdefault(key, st.session_state[key])


def _keys(slug: str) -> None:
    chapter = curriculum.chapter(slug)
    place, valid = step_at(chapter, st.query_params.get("step"))
    steps = steps_of(chapter)
    now = steps[place]
    if st.session_state.get(OPENED, ("",))[0] != slug:
        st.session_state[OPENED] = slug, {}
    projector_looks(experiment=now.part == EXPERIMENT, everything=now.part == ALL)
    if going := st.session_state.pop(GOING, None):
        to, query = going
        st.switch_page(curriculum.chapter(to).file, query_params=query)
    with st.container(key="stage_keys", horizontal=True, vertical_alignment="center"):
        said = f"**{chapter.title}** · {now.label} ({place + 1} of {len(steps)})"
        st.markdown(said if valid else f"{said} · the link names no step from 1 to {len(steps)}")
        for key, name, shortcut in (("previous", "Back", "Left"), ("page_up", "Back by clicker", "PageUp")):
            st.button(name, key=f"stage_{key}", shortcut=shortcut, on_click=_go, args=(slug, place - 1))
        for key, name, shortcut in (("next", "Next", "Right"), ("page_down", "Next by clicker", "PageDown")):
            st.button(name, key=f"stage_{key}", shortcut=shortcut, on_click=_go, args=(slug, place + 1))
        if now.asks:
            question = f"{now.part}_{slug}" + (f"_{now.number}" if now.number else "")
            st.button("Reveal", key="stage_reveal", shortcut="A", on_click=_reveal, args=(question,))
        st.button("Reset", key="stage_reset", shortcut="Z", on_click=_reset)
        st.button("Leave", key="stage_leave", shortcut="X", on_click=_leave)


def _go(slug: str, place: int) -> None:
    """One step on or back, over the end of a chapter into the next one."""
    steps = steps_of(curriculum.chapter(slug))
    before, after = curriculum.neighbours(slug)
    st.session_state.pop(REVEALED, None)
    if 0 <= place < len(steps):
        st.query_params["step"] = str(place + 1)
    elif place < 0 and before:
        st.session_state[GOING] = before.slug, {ASKED: "1", "step": str(len(steps_of(before)))}
    elif place > 0 and after:
        st.session_state[GOING] = after.slug, {ASKED: "1"}


def _reveal(question: str) -> None:
    st.session_state[REVEALED] = None if st.session_state.get(REVEALED) == question else question


def _reset() -> None:
    """Every control as it was when first drawn here, which is as the link had it; nothing revealed."""
    for key, value in st.session_state[OPENED][1].items():
        st.session_state[key] = value
    st.session_state.pop(REVEALED, None)


def _leave() -> None:
    del st.query_params[ASKED]
    st.query_params.pop("step", None)
