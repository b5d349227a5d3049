"""A sentence of the student's own: the whole prompt, and how likely each label is after it."""

from __future__ import annotations

import streamlit as st

from lib import ui
from lib.charts.lesson import prompting as charts
from lib.engine import JobView
from lib.errors import StudentError
from lib.lesson.prompting.runs import Asked, OwnAnswer, OwnRun
from lib.lesson.prompting.task import MOST_CHARACTERS, MOST_EXAMPLES, USUAL_WORDING, examples, shortened
from lib.ui.kit import controls, jobs
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.problems import problem
from lib.ui.kit.text import escape
from lib.ui.lesson.prompting.scored import model_for, wording_for
from lib.units import number_of

KIND = "prompting-own"


def ask_own() -> list[dict]:
    left, right = st.columns([1, 1], gap="large")
    with left:
        text = controls.area("Your sentence", "The chef tasted the sauce twice.", key="pr_own", height=100)
        count = controls.slider("Examples before it", 0, MOST_EXAMPLES, 4, key="pr_own_shots")
        model = model_for("pr_own_model")
        with st.expander("More", icon=":material/tune:"):
            how = wording_for("pr_own_wording", USUAL_WORDING)
            seed = int(controls.number("Which examples (seed)", 0, 1_000_000, 0, key="pr_own_seed"))
        run = _run(model, Asked("", how, examples(count, seed)), text)
    with right:
        jobs.start_and_stop(KIND, "Label it", _queue_own, run, icon="label")
        jobs.live(KIND, lambda view: _draw_own(view, run))
        if run:
            st.markdown("**The whole prompt.** The model continues it; whatever it knows of the task stands here.")
            st.code(run.asked.prompt(shortened(run.text)[0]), language=None, wrap_lines=True)
    found = _answer(jobs.current(KIND))
    return [{"label": label, "probability": share} for label, share in found.probabilities] if found else []


def _run(model: str, asked: Asked, text: str) -> OwnRun | None:
    try:
        run = OwnRun(model, asked, text)
    except StudentError as error:
        problem(error)
        return None
    if run.cut:
        st.warning(
            f"The first {MOST_CHARACTERS:,} characters are asked, {run.cut:,} are left out; nothing that you typed is "
            "lost.",
            icon=":material/content_cut:",
        )
    return run


def _queue_own(run: OwnRun) -> None:
    jobs.submit(
        KIND,
        "lib.lesson.prompting.scoring_job:ask_own",
        run,
        expected_s=run.expected_s,
        time_limit_s=120,
        model=run.model,
    )


def _answer(view: JobView | None) -> OwnAnswer | None:
    return next((event for event in view.events if isinstance(event, OwnAnswer)), None) if view else None


def _draw_own(view: JobView, run: OwnRun | None) -> None:
    found = _answer(view)
    if found is None:
        return
    if view.argument != run:
        st.caption("This is of the prompt as it was before you changed it.")
    best, share = max(found.probabilities, key=lambda each: each[1])
    st.plotly_chart(
        charts.own_labels(found, f"“{best}”, with {share:.0%} among the labels"),
        key="pr_own_chart",
        alt="; ".join(f"{label}: {each:.0%}" for label, each in found.probabilities),
    )
    if found.left_out_tokens:
        st.warning(
            f"The sentence is {found.sentence_tokens:,} tokens long; the end of it was left out, "
            f"{number_of(found.left_out_tokens, 'token')}.",
            icon=":material/content_cut:",
        )
    happened(
        f"Your sentence is {number_of(found.sentence_tokens, 'token')}, the prompt {found.prompt_tokens:,}. The four "
        f"labels together have **{_share(found.all_labels)}** of the probability of all that could be written next: "
        "the rest is for words that are no label. Scoring picks among the labels alone, so it always gives one, also "
        "for a sentence about none of them or in a script that the model has hardly seen."
    )
    ui.measured(f"{escape(view.argument.model)}, one pass, here and now.")


def _share(value: float) -> str:
    return f"{value:.1%}" if value >= 0.001 else "less than 0.1%"
