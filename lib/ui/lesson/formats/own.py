"""Your own: a template to paste, rendered where it can be ended."""

from __future__ import annotations

import streamlit as st

from lib import ui
from lib.engine import JobState, JobView
from lib.errors import StudentError
from lib.lesson.prompt_formats.formats import REAL_FORMAT, formats, names_of
from lib.lesson.prompt_formats.own_template import MOST_WRITTEN, SECONDS, OwnRendered, OwnTemplate
from lib.ui.kit import controls, jobs
from lib.ui.kit.problems import problem
from lib.ui.kit.text import escape
from lib.ui.kit.tokens import Mark, marked
from lib.ui.lesson.formats.editor import edited_conversation
from lib.ui.lesson.formats.taken import Taken

KIND = "formats-own"
TEXT = "formats_own"


def view() -> Taken:
    left, right = st.columns([2, 3], gap="large")
    with left:
        conversation = edited_conversation()
    with right:
        form = formats()[controls.select("Start from", names_of(), REAL_FORMAT, key="formats_own_from")]
        st.button(
            "Put its template in",
            key="formats_own_put",
            icon=":material/edit_note:",
            on_click=_put_in,
            args=(form.template,),
        )
        usual = formats()[REAL_FORMAT].template
        template = controls.area("Template, in Jinja", usual, key=TEXT, height=280)
        asks = controls.toggle("Generation prompt: the beginning of the next answer", True, key="formats_own_asks")
        try:
            wanted = OwnTemplate(template, conversation, form.bos_token, form.eos_token, asks)
        except StudentError as error:
            problem(error)
            wanted = None
        jobs.start_and_stop(KIND, "Render it", _queue_own, wanted)
        st.caption(
            f"`bos_token` is “{escape(form.bos_token)}” and `eos_token` “{escape(form.eos_token)}”, those of "
            f"{form.title}. A template runs in a process of its own, without files, and is ended after {SECONDS} s."
        )
        jobs.live(KIND, lambda view: _draw_own(view, wanted))
    current = jobs.current(KIND)
    found = _written(current) if current else None
    data = {"template": current.argument.template, "text": found.text} if found else None
    return Taken("own-template", data=data)


def _put_in(template: str) -> None:
    st.session_state[TEXT] = template


def _queue_own(wanted: OwnTemplate) -> None:
    name = "lib.lesson.prompt_formats.own_template:render_own"
    jobs.submit(KIND, name, wanted, expected_s=1, time_limit_s=SECONDS + 20)


def _written(view: JobView) -> OwnRendered | None:
    return next((event for event in view.events if isinstance(event, OwnRendered)), None)


def _draw_own(view: JobView, wanted: OwnTemplate | None) -> None:
    found = _written(view)
    if view.state is JobState.RUNNING:
        st.caption("The template is being rendered.")
    if found is None:
        return
    if view.argument != wanted:
        st.caption("This is what was written before you changed the template or the conversation.")
    marked(f"{len(found.text) + found.cut:,} characters", [Mark(found.text or "(it wrote nothing)")])
    if found.cut:
        st.warning(
            f"Cut after {MOST_WRITTEN:,} characters, about 10,000 tokens; {found.cut:,} more are left out.",
            icon=":material/content_cut:",
        )
    ui.formula("By Jinja's sandbox with the settings that transformers uses for chat templates.")
