"""What breaks: the same conversation in the right format and in wrong ones, answered and scored."""

from __future__ import annotations

import streamlit as st

from lib import ui
from lib.charts.lesson import formats as charts
from lib.engine import JobView
from lib.errors import StudentError
from lib.lesson.prompt_formats.asked.breaks import (
    MOST_ANSWER_CHARACTERS,
    MOST_CHARACTERS,
    RIGHT,
    Asking,
    Said,
    times_as_likely,
)
from lib.lesson.prompt_formats.conversation import Conversation
from lib.lesson.prompt_formats.formats import REAL_FORMAT, names_of
from lib.models.catalogue import BUNDLED, REAL
from lib.ui.kit import controls, jobs
from lib.ui.kit.exports import Rows
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.problems import problem
from lib.ui.kit.text import escape
from lib.ui.lesson.formats.editor import edited_conversation
from lib.ui.lesson.formats.taken import Taken
from lib.ui.models.choice import choose_model

KIND = "formats-breaks"
LARGE = ((1e12, " trillion"), (1e9, " billion"), (1e6, " million"))
BESIDE = "llama_3_1"
"""Takes a system turn, as the usual conversation has one; not every format does."""


def view() -> Taken:
    left, right = st.columns([2, 3], gap="large")
    with left:
        conversation = edited_conversation(MOST_CHARACTERS)
    with right:
        wanted = _asked_of(conversation)
        jobs.start_and_stop(KIND, "Ask in every format", _queue_asking, wanted, icon="send")
        jobs.live(KIND, lambda now: _draw_said(now, wanted))
    current = jobs.current(KIND)
    return Taken("what-breaks", _prompt_rows(current) if current else None)


def _asked_of(conversation: Conversation) -> Asking | None:
    answer = controls.text(
        "The right answer to the last turn",
        "The capital of Japan is Tokyo.",
        key="formats_answer",
        max_chars=MOST_ANSWER_CHARACTERS,
    )
    others = {name: title for name, title in names_of().items() if name != REAL_FORMAT}
    other = controls.select("The other model's format", others, BESIDE, key="formats_other")
    model = choose_model("formats_model")
    if model == BUNDLED:
        st.caption(f"{BUNDLED} has learnt no format at all, so none is right for it. {REAL} has learnt the first.")
    try:
        wanted = Asking(model, conversation, answer, other)
        wanted.prompts()
    except StudentError as error:
        problem(error)
        return None
    return wanted


def _queue_asking(wanted: Asking) -> None:
    jobs.submit(
        KIND,
        "lib.lesson.prompt_formats.asked.breaks_job:ask_in_every_way",
        wanted,
        expected_s=wanted.expected_s,
        time_limit_s=300,
        model=wanted.model,
    )


def _all_said(view: JobView) -> list[Said]:
    return [event for event in view.events if isinstance(event, Said)]


def _draw_said(view: JobView, wanted: Asking | None) -> None:
    said = _all_said(view)
    if not said:
        return
    if view.argument != wanted:
        st.caption("These are the answers to the conversation as it was before you changed it.")
    right = next(each for each in said if each.prompt.key == RIGHT)
    st.plotly_chart(
        charts.right_answer_by_prompt(said, _message(said, right)),
        key="formats_breaks",
        alt="; ".join(f"{each.prompt.title}: {each.log_probability_nats:.1f} nats" for each in said),
    )
    for first in range(0, len(said), 2):
        for column, each in zip(st.columns(2), said[first : first + 2], strict=False):
            with column.container(border=True, height="stretch"):
                _draw_one(each)
    if not view.state.active:
        _say_which_template_wins(said, right)
    ui.measured(
        f"{escape(view.argument.model)}, greedily, here and now. The figure is ln P of "
        f"“{escape(view.argument.answer)}” and the end token, {right.scored_tokens} tokens, the same after each prompt."
    )


def _draw_one(said: Said) -> None:
    text = escape(said.answer.strip().replace("\n", " ⏎ ")) or "(nothing)"
    st.markdown(f"**{said.prompt.title}** ({escape(said.prompt.what)})  \n:orange[{text}]")
    if not said.ended:
        st.caption("It had not ended when it was cut off after 40 tokens.")
    with st.popover("What it was given"):
        st.code(said.prompt.text, language=None, wrap_lines=True)


def _message(said: list[Said], right: Said) -> str:
    wrong = [each for each in said if each.prompt.key != RIGHT]
    if not wrong:
        return "The right answer in the right format"
    worst = min(wrong, key=lambda each: each.log_probability_nats)
    times = times_as_likely(right, worst)
    if times < 1:
        return "Here no wrong format makes the right answer less likely"
    return f"{worst.prompt.title}: the right answer is {_times(times)} less likely"


def _say_which_template_wins(said: list[Said], right: Said) -> None:
    for each in said:
        if each.prompt.key != RIGHT:
            times = times_as_likely(right, each)
            less = f"{_times(times)} **less** likely" if times >= 1 else f"{_times(1 / times)} **more** likely"
            happened(f"- **{each.prompt.title}**: the right answer is {less} than in the right format.")
    ui.formula("Times: e to the difference of the two log-probabilities. One question is one question: try others.")


def _times(value: float) -> str:
    if value < 10:
        return f"{value:.1f} times"
    scale, name = next((each for each in LARGE if value >= each[0]), (1, ""))
    return f"{value / scale:,.0f}{name} times"


def _prompt_rows(view: JobView) -> Rows:
    return [
        {
            "model": view.argument.model,
            "prompt": each.prompt.title,
            "prompt_tokens": each.prompt_tokens,
            "log_probability_nats": each.log_probability_nats,
            "scored_tokens": each.scored_tokens,
            "answer": each.answer,
            "text": each.prompt.text,
        }
        for each in _all_said(view)
    ]
