"""A prompt for the fine-tuned model, beside the base model's answer."""

from __future__ import annotations

import streamlit as st

from lib.engine import JobView
from lib.errors import StudentError
from lib.training.texts.datasets import Dataset
from lib.training.texts.prompts import Answer, Question
from lib.ui.kit import jobs
from lib.ui.kit.problems import problem
from lib.ui.training.train.completions import before_and_after
from lib.ui.training.train.run import KIND, told_by


def ask(kind: str = KIND) -> None:
    """A prompt for the fine-tuned model, beside the base model's answer."""
    view = jobs.current(kind)
    told = told_by(view) if view and not view.state.active else None
    if told is None or told.finished is None:
        return
    st.header("Ask both models", anchor=False)
    data, asking = view.argument.data, f"{kind}-question"
    with st.form(f"{asking}-form", border=False):  # its key is no control's: "ask" is how often the prompts are asked
        kept = {"key": f"ask_prompt:{data.title}", "persist_state": "session"}
        prompt = st.text_input("Prompt", data.ask, max_chars=300, **kept)
        asked = st.form_submit_button("Ask", icon=":material/send:")
    if asked:
        try:
            precision = told.finished.card.precision
            question = Question(prompt, told.finished.adapter, view.argument.model, data.around, precision)
        except StudentError as error:
            problem(error)
        else:
            jobs.submit(
                asking, "lib.training.finetune:answer", question, expected_s=1.5, time_limit_s=60, model=question.model
            )
    jobs.live(asking, lambda now: _draw_answer(now, data))


def _draw_answer(view: JobView, data: Dataset) -> None:
    answer = next((event for event in view.events if isinstance(event, Answer)), None)
    if answer is None:
        return
    with st.container(border=True):
        before_and_after(answer.before, answer.after, data)
