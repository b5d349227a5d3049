"""One prompt, answered with the adapter at each strength."""

from __future__ import annotations

import streamlit as st

from lib import ui
from lib.engine import JobView
from lib.errors import StudentError
from lib.training.inside.events import STRENGTHS, Dialled, Dialling, dial
from lib.training.out.record import RunRecord
from lib.ui.kit import controls, jobs
from lib.ui.kit.exports import Rows
from lib.ui.kit.text import continued
from lib.ui.training.newest import newest_record, nothing_yet

KIND = "lora-dial"
TIME_LIMIT_S = 300


def dial_adapter(kind: str) -> Rows | None:
    record = newest_record(kind)
    if record is None or not record.finished.adapter:
        nothing_yet(kind, "the dial of its adapter")
        return None
    prompt = controls.text("Prompt", "Uncle, one Kopi O", key="dial_prompt", max_chars=300)
    jobs.start_and_stop(
        KIND, "Ask at every strength", _queue_dial, record, prompt, icon="tune", stop_label="Stop asking"
    )
    strength = controls.pick(
        "Strength λ of the adapter: W + λ ΔW",
        list(STRENGTHS),
        1.0,
        key="dial_strength",
        format_func=lambda value: f"{value:g}",
    )
    jobs.live(KIND, lambda view: _draw_dial(view, strength, record))
    return answers_as_rows(jobs.current(KIND))


def queue_asking(kind: str, asked: Dialling) -> None:
    name = "lib.training.inside.dial:answer_at_each"
    jobs.submit(kind, name, asked, expected_s=asked.expected_s, time_limit_s=TIME_LIMIT_S, model=asked.model)


def answers_of(view: JobView) -> dict[tuple[float, ...], Dialled]:
    return {event.setting: event for event in view.events if isinstance(event, Dialled)}


def answers_as_rows(view: JobView | None) -> Rows | None:
    if view is None:
        return None
    return [
        {
            **{f"strength_{number}": value for number, value in enumerate(setting, start=1)},
            "prompt": each.completion.prompt,
            "continuation": each.completion.continuation,
        }
        for setting, each in sorted(answers_of(view).items())
    ]


def said(dialled: Dialled) -> str:
    """The prompt, and in colour what was added to it."""
    return continued(dialled.completion.prompt, dialled.completion.continuation)


def _queue_dial(record: RunRecord, prompt: str) -> None:
    try:
        queue_asking(KIND, dial(record.run.model, prompt, record.finished.adapter, record.card.precision))
    except StudentError as error:
        st.session_state[f"{KIND}:problem"] = str(error)


def _draw_dial(view: JobView, strength: float, record: RunRecord) -> None:
    if not view.argument.is_of(record.finished.adapter):
        return  # of an earlier run
    answers = answers_of(view)
    if view.state.active:
        st.progress(len(answers) / len(view.argument.settings), f"{len(answers)} of {len(view.argument.settings)}")
    now = answers.get((strength,))
    if now is not None:
        with st.container(border=True):
            st.markdown(f"### λ = {strength:g}: {said(now)}")
            st.caption(_meaning(strength))
    if len(answers) == len(view.argument.settings):
        with st.expander("All settings", icon=":material/list:"):
            for (each,), dialled in sorted(answers.items()):
                st.markdown(f"**{each:g}** {said(dialled)}")
        ui.measured("Each answer is the model's own, greedy, with W + λ ΔW in every layer of the adapter.")


def _meaning(strength: float) -> str:
    if strength == 0:
        return "The adapter is off: this is the base model."
    if strength == 1:
        return "The adapter as it was trained."
    if strength < 0:
        return "The update taken away instead of added: away from what it learnt."
    if strength < 1:
        return "Part of the update: between the base model and the tuned one."
    return "More of the update than was trained."
