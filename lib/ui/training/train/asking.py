"""A prompt for the fine-tuned model, beside the base model's answer."""

from __future__ import annotations

import streamlit as st

from lib.engine import JobView
from lib.errors import StudentError
from lib.training.run import Answer, Question
from lib.ui.kit import jobs
from lib.ui.kit.problems import problem
from lib.ui.training.train.run import KIND, before_and_after, told_by

ASK = "lora-question"


def ask() -> None:
    """A prompt for the fine-tuned model, beside the base model's answer."""
    view = jobs.current(KIND)
    told = told_by(view) if view and not view.state.active else None
    if told is None or told.finished is None:
        return
    st.header("Ask both models", anchor=False)
    with st.form("ask", border=False):
        prompt = st.text_input("Prompt", "Uncle, one Kopi O", max_chars=300, key="ask_prompt")
        asked = st.form_submit_button("Ask", icon=":material/send:")
    if asked:
        try:
            question = Question(prompt, told.finished.adapter, view.argument.model)
        except StudentError as error:
            problem(error)
        else:
            jobs.submit(
                ASK, "lib.training.finetune:answer", question, expected_s=1.5, time_limit_s=60, model=question.model
            )
    jobs.live(ASK, _draw_answer)


def _draw_answer(view: JobView) -> None:
    answer = next((event for event in view.events if isinstance(event, Answer)), None)
    if answer is None:
        return
    with st.container(border=True):
        before_and_after(answer.before, answer.after)
