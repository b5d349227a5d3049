"""Leading a page on a projector: next and previous, reveal, reset, leave. Each is a button with its key.

Arrow keys, the two keys of a clicker (Page Down and Page Up), the buttons and the second screen do the same: they lead
through the screens of a step that is taller than one, then to the next step. Streamlit keeps C and R to itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib import curriculum
from lib.lesson.presenting.steps import ALL, EXPERIMENT, beside, step_at, steps_of
from lib.ui.kit.keeping.notes import notes_now
from lib.ui.kit.presenting.following import catch_up, listen, tell
from lib.ui.kit.presenting.looks import projector_looks
from lib.ui.kit.presenting.recorded_run import ask_anew, forget_recorded, recorded_key
from lib.ui.kit.presenting.stage import ASKED, REVEALED, question_at, step_now

GOING = "presenting_going"
"""Where a key leads that leaves the page: switching is not possible in a callback."""

OPENED = "presenting_opened"
"""The page, and the value that each of its controls had first: a reset goes back to these. (Streamlit lets nobody but
the control itself change its place in the link.)"""


@contextmanager
def led(slug: str) -> Iterator[None]:
    """The page drawn within: in the looks of its step, with the keys in a bar below everything."""
    catch_up(slug)
    bar = _keys(slug)
    with st.container(key="stage"):
        yield
    if step_now(slug).part in (EXPERIMENT, ALL):
        with bar:
            recorded_key()
    notes = notes_now()
    first = st.session_state[OPENED][1]
    for key in notes.settings if notes else ():
        if key in st.session_state:
            first.setdefault(key, st.session_state[key])
    listen()


def _keys(slug: str) -> DeltaGenerator:
    chapter = curriculum.chapter(slug)
    place, valid = step_at(chapter, st.query_params.get("step"))
    steps = steps_of(chapter)
    now = steps[place]
    if st.session_state.get(OPENED, ("",))[0] != slug:
        st.session_state[OPENED] = slug, {}
        forget_recorded()
    ask_anew()
    projector_looks(experiment=now.part == EXPERIMENT, everything=now.part == ALL)
    if going := st.session_state.pop(GOING, None):
        to, query = going
        st.switch_page(curriculum.chapter(to).file, query_params=query)
    tell(slug, place)
    bar = st.container(key="stage_keys", horizontal=True, vertical_alignment="center")
    with bar:
        said = f"**{chapter.title}** · {now.label} ({place + 1} of {len(steps)})"
        st.markdown(said if valid else f"{said} · the link names no step from 1 to {len(steps)}")
        for key, name, shortcut in (("previous", "Back", "Left"), ("page_up", "Back by clicker", "PageUp")):
            st.button(name, key=f"stage_{key}", shortcut=shortcut, on_click=_go, args=(slug, place, -1))
        for key, name, shortcut in (("next", "Next", "Right"), ("page_down", "Next by clicker", "PageDown")):
            st.button(name, key=f"stage_{key}", shortcut=shortcut, on_click=_go, args=(slug, place, 1))
        if now.asks:
            st.button("Reveal", key="stage_reveal", shortcut="A", on_click=_reveal, args=(question_at(slug, place),))
        st.button("Reset", key="stage_reset", shortcut="Z", on_click=_reset)
        st.button("Leave", key="stage_leave", shortcut="X", on_click=_leave)
    return bar


def _go(slug: str, place: int, by: int) -> None:
    """One step on or back, over the end of a chapter into the next one."""
    st.session_state.pop(REVEALED, None)
    to = beside(slug, place, by)
    if to is None:
        return
    if to[0] == slug:
        st.query_params["step"] = str(to[1] + 1)
    else:
        st.session_state[GOING] = to[0], {ASKED: "1", "step": str(to[1] + 1)}


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
