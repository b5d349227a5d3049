"""What a student has done so far: taken home, loaded again, forgotten."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from lib.lesson.own_file import MOST_BYTES
from lib.lesson.progress.errors import ProgressError
from lib.lesson.progress.file import from_file, to_file
from lib.ui.kit.exports import json_of
from lib.ui.kit.keeping.printing import course_summary_button
from lib.ui.kit.keeping.progress import everything, forget, load, nothing_is_kept, whole_progress
from lib.ui.kit.problems import problem
from lib.ui.kit.text import escape
from lib.units import number_of

LOADED = "progress_loaded"


def keep_progress() -> None:
    """Save, load, forget: what a browser keeps, and no account."""
    paper, save, again, away = st.columns(4)
    course_summary_button(paper)
    mine, told = everything(), whole_progress()
    save.download_button(
        "Save my progress",
        lambda: json_of(to_file(replace(mine, progress=told()))),
        "finetuning-lab-progress.json",
        "application/json",
        icon=":material/save:",
        on_click="ignore",
        disabled=nothing_is_kept(),
        width="stretch",
    )
    with again.popover("Load it again", icon=":material/upload:", width="stretch"):
        st.file_uploader(
            "A file that “Save my progress” made",
            type="json",
            key="progress_file",
            on_change=_load,
            max_upload_size=MOST_BYTES // 1_000_000,
        )
    with away.popover("Forget everything", icon=":material/delete:", width="stretch"):
        st.markdown("All answers, rankings and votes that this browser keeps here are gone for good.")
        st.button("Yes, forget everything", on_click=forget, type="primary")
    _say_what_was_loaded()
    st.caption(
        "Nobody signs in. The server keeps this for your browser until it is restarted; the file is yours and works "
        "on any machine. It holds what you opened and answered, the quiz, how you decided the cases, and what pages "
        "said of your own numbers."
    )


def _load() -> None:
    """Before the page runs, so that the whole of it shows what was loaded."""
    upload = st.session_state.get("progress_file")
    if upload is None:
        st.session_state.pop(LOADED, None)
        return
    try:
        read = from_file(upload.getvalue(), upload.name)
    except ProgressError as error:
        st.session_state[LOADED] = error
        return
    load(read.kept)
    unknown = number_of(read.left_out, "entry", "entries")
    left = f" Left out, as belonging to no chapter or answer of this course: {unknown}."
    opened = len(read.progress.opened)
    st.session_state[LOADED] = (
        f"“{upload.name}” is loaded: {number_of(opened, 'chapter')} opened, "
        f"{number_of(len(read.progress.answers), 'answer')}, "
        f"{number_of(len(read.kept.quiz.seen), 'question')} of the quiz." + (left if read.left_out else "")
    )


def _say_what_was_loaded() -> None:
    said = st.session_state.get(LOADED)
    if isinstance(said, ProgressError):
        problem(said)
    elif said:
        st.success(escape(said), icon=":material/check:")
