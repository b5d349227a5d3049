"""Learn one, ask another: 30 steps of fine-tuning in one format, then the same questions in others."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import streamlit as st

from lib import ui
from lib.charts.lesson import formats as charts
from lib.engine import JobView
from lib.errors import StudentError
from lib.lesson.prompt_formats.asked.learning import STEPS, AskedIn, FormatRun, titles
from lib.lesson.prompt_formats.formats import REAL_FORMAT
from lib.models.catalogue import BUNDLED
from lib.training.events import Step
from lib.ui.kit import controls, jobs
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.problems import problem
from lib.ui.kit.text import escape
from lib.ui.lesson.formats.taken import Taken
from lib.ui.models.choice import choose_model

KIND = "formats-learning"
BESIDE = "alpaca"


def view() -> Taken:
    left, right = st.columns([1, 2], gap="large")
    with left:
        wanted = _chosen_learning()
    with right:
        jobs.start_and_stop(KIND, "Learn, then ask", _queue_learning, wanted, icon="school")
        jobs.live(KIND, lambda now: _draw_learning(now, wanted))
    current = jobs.current(KIND)
    rows = [
        {"model": current.argument.model, "learnt_in": current.argument.learned, **dataclasses.asdict(each)}
        for each in (_asked(current) if current else ())
    ]
    return Taken("learn-one-ask-another", rows)


def _chosen_learning() -> FormatRun | None:
    learned = controls.select("Learn in", titles(), REAL_FORMAT, key="formats_learn")
    asked = controls.select("Ask in", titles(), BESIDE, key="formats_ask")
    with st.expander("More", icon=":material/tune:"):
        model = choose_model("formats_learn_model", BUNDLED)
        steps = controls.slider("Steps", 10, 100, STEPS, key="formats_steps", step=10)
        seed = controls.number("Seed", 0, 1_000_000, 0, key="formats_seed")
    try:
        return FormatRun(learned, asked, model, steps, seed)
    except StudentError as error:
        problem(error)
        return None


def _queue_learning(wanted: FormatRun) -> None:
    jobs.submit(
        KIND,
        "lib.lesson.prompt_formats.asked.learning_job:learn_and_ask",
        wanted,
        expected_s=wanted.expected_s,
        time_limit_s=max(240 + 10 * wanted.steps, 15 * wanted.expected_s),
        model=wanted.model,
    )


def _asked(view: JobView) -> list[AskedIn]:
    return [event for event in view.events if isinstance(event, AskedIn)]


def _draw_learning(view: JobView, chosen: FormatRun | None) -> None:
    wanted: FormatRun = view.argument
    asked, names = _asked(view), titles()
    if view.state.active:
        done = sum(isinstance(event, Step) for event in view.events)
        st.progress(min(1.0, done / wanted.steps), f"Step {done} of {wanted.steps}; then the questions")
    if not asked:
        return
    if wanted != chosen:
        st.caption("This is of the run as it was before you chose otherwise.")
    first, rest = asked[0], asked[1:]
    message = f"Learnt in {names[first.format]}: loss {first.loss_before:.1f} → {first.loss_after:.1f}"
    if rest:
        message += f"; asked in {names[rest[0].format]}: {rest[0].loss_after:.1f}"
    alt = "; ".join(
        f"{names[each.format]}: {each.loss_before:.2f} before, {each.loss_after:.2f} after" for each in asked
    )
    st.plotly_chart(charts.loss_by_format(asked, names, message), key="formats_losses", alt=alt)
    st.markdown(
        f"Asked: **{escape(first.question)}** The texts answer: **{escape(first.answer)}** It said, :gray[before the "
        "run] → :orange[after it]:"
    )
    for each in asked:
        before, after = (escape(" ".join(text.split())) or "(nothing)" for text in (each.said_before, each.said_after))
        st.markdown(f"- In {escape(names[each.format])}: :gray[{before}] → :orange[{after}]")
    if rest and not view.state.active:
        _say_what_a_format_gained(first, rest, names)
    ui.measured(
        f"{escape(wanted.model)}, LoRA on the made-up company in {names[first.format]}, {first.texts} held-out "
        "questions, here and now. Loss: of the answer and the end token alone, in nats per token."
    )


def _say_what_a_format_gained(first: AskedIn, rest: Sequence[AskedIn], names: dict[str, str]) -> None:
    happened(f"In the format that it learnt, the loss fell by **{first.gained:.2f}** nats per token.")
    for each in rest:
        happened(
            f"Asked in {escape(names[each.format])}, it fell by {each.gained:.2f}, "
            f"to **{each.loss_after:.2f}** where the learnt format has {first.loss_after:.2f}."
        )
