"""The record as a file, and the sheet to print."""

from __future__ import annotations

import streamlit as st

from lib.lesson.own_file import MOST_BYTES
from lib.lesson.quiz.errors import QuizError
from lib.lesson.quiz.file import from_file, to_file
from lib.lesson.quiz.sheet import MOST_NAME, result_sheet
from lib.ui.kit.exports import json_of
from lib.ui.kit.problems import problem
from lib.ui.kit.text import escape
from lib.ui.lesson.quiz.keeping import record, replace_record
from lib.units import number_of

LOADED = "qz_loaded"


def keep_and_print() -> None:
    mine = record()
    name = st.text_input("Name for the sheet", key="qz_name", max_chars=MOST_NAME, persist_state="session")
    sheet, save = st.columns(2)
    sheet.download_button(
        "Result to print (HTML)",
        result_sheet(mine, name or ""),
        "quiz-result.html",
        "text/html",
        icon=":material/print:",
        on_click="ignore",
        width="stretch",
    )
    save.download_button(
        "Save my quiz",
        json_of(to_file(mine)),
        "finetuning-lab-quiz.json",
        "application/json",
        icon=":material/save:",
        on_click="ignore",
        disabled=not mine.seen,
        width="stretch",
    )
    st.file_uploader(
        "Load a file that “Save my quiz” made; it takes the place of what is here",
        type="json",
        key="qz_file",
        on_change=_load,
        max_upload_size=MOST_BYTES // 1_000_000,
    )
    said = st.session_state.get(LOADED)
    if isinstance(said, QuizError):
        problem(said)
    elif said:
        st.success(escape(said), icon=":material/check:")
    st.caption(
        "The name goes into the sheet only. The server keeps your answers for this browser until it is restarted; "
        "the file is yours and works on any machine."
    )


def _load() -> None:
    """Before the page runs, so that the whole of it shows what was loaded."""
    upload = st.session_state.get("qz_file")
    st.session_state.pop(LOADED, None)
    if upload is None:
        return
    try:
        read = from_file(upload.getvalue(), upload.name)
    except QuizError as error:
        st.session_state[LOADED] = error
        return
    replace_record(read.record)
    said = f"“{upload.name}” is loaded: {number_of(len(read.record.seen), 'question')} answered."
    if read.left_out:
        said += f" Left out, as not in this quiz: {number_of(read.left_out, 'question')} of the file."
    st.session_state[LOADED] = said
