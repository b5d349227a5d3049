"""The two shortcomings of a pretrained model, and the two ways out, seen on a real one."""

from __future__ import annotations

import math
from collections.abc import Sequence

import streamlit as st

from lib import ui
from lib.charts.lesson import ways as charts
from lib.engine import JobView
from lib.lesson.prompting.recorded import recorded
from lib.lesson.prompting.task import task
from lib.lesson.ways.new_head import KNOWLEDGE, STRUCTURE, HeadRun, HeadStep, NewHead, SentencesRead, Wrote
from lib.models.catalogue import REAL
from lib.ui.kit import jobs
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.text import continued, escape
from lib.ui.kit.weights import came_through
from lib.ui.models.choice import choose_model
from lib.units import format_digits, number_of

KIND = "new-head"
JOB = "lib.lesson.ways.new_head_job:replace_the_head"
NOTHING = " (nothing)"
OVERFITTED = 0.03
"""Of the test sentences: three of a hundred lost again."""


def two_ways_out() -> list[dict]:
    """The rows to take away."""
    model = choose_model("wt_model")
    jobs.start_and_stop(KIND, "Ask it, then replace its last layer", _queue_head, HeadRun(model), icon="swap_horiz")
    jobs.live(KIND, _draw_two_ways)
    view = jobs.current(KIND)
    steps = [event for event in view.events if isinstance(event, HeadStep)] if view else []
    return [
        {"update": e.step, "loss_nats": e.loss, "training": e.training_accuracy, "test": e.test_accuracy} for e in steps
    ]


def _queue_head(run: HeadRun) -> None:
    limit_s = 120 + 8 * run.expected_s
    jobs.submit(KIND, JOB, run, expected_s=run.expected_s, time_limit_s=limit_s, model=run.model)


def _draw_two_ways(view: JobView) -> None:
    run: HeadRun = view.argument
    wrote = [event for event in view.events if isinstance(event, Wrote)]
    steps = [event for event in view.events if isinstance(event, HeadStep)]
    done = next((event for event in view.events if isinstance(event, NewHead)), None)
    read = next((event for event in reversed(view.events) if isinstance(event, SentencesRead)), None)
    if wrote:
        st.markdown(f"### Two shortcomings of {escape(run.model)}, as it comes")
        _shortcomings(wrote)
    if view.state.active and read and not steps:
        st.progress(read.done / read.total, f"It reads the sentences: {read.done} of {read.total}")
    if not steps:
        return
    st.plotly_chart(
        charts.new_head(steps, len(task().labels)),
        key="wt_head",
        alt=f"After {steps[-1].step} updates right on {steps[-1].test_accuracy:.0%} of the sentences never seen",
    )
    if done:
        _ways_out(run, done, steps)


def _shortcomings(wrote: list[Wrote]) -> None:
    told = {
        STRUCTURE: ("Output structure", "Wanted: one of " + ", ".join(task().labels) + ", and nothing else."),
        KNOWLEDGE: ("Specialisation", "Tidewell is made up: what was asked stood in no text that it has read."),
    }
    for column, (shortcoming, (title, what)) in zip(st.columns(2), told.items(), strict=True):
        with column.container(border=True, height="stretch"):
            st.markdown(f"**{title}.** {what}")
            for each in (event for event in wrote if event.shortcoming == shortcoming):
                prompt = " / ".join(each.prompt.splitlines())
                mark = ":material/check:" if each.met else ":material/close:"
                written = each.continuation if each.continuation.strip() else NOTHING
                st.markdown(f"{mark} {continued(prompt, written)}")
                st.caption(f"wanted: {escape(each.wanted.strip())}")


def _ways_out(run: HeadRun, done: NewHead, steps: Sequence[HeadStep]) -> None:
    last = steps[-1]
    low, high = done.score.interval
    shots = max(recorded().examples, key=lambda each: len(each.asked.examples))
    best_low, best_high = shots.score.interval
    labels = len(task().labels)
    unchanged = "the same, by their hash" if done.frozen_sha256[0] == done.frozen_sha256[1] else "NOT the same"
    happened(
        f"**One way out: a prompt.** {len(shots.asked.examples)} labelled sentences in front of the question, and the "
        f"next token is a label: {REAL} gets {shots.score.right} of {shots.score.of} right "
        f"({best_low:.0%} to {best_high:.0%}; recorded, see Prompting). Nothing is trained."
    )
    happened(
        f"**The other: replace a layer.** The head that gave each of {done.vocabulary:,} tokens a "
        f"probability ({done.replaced:,} weights) is taken off. In its place {done.trained:,} numbers give each of "
        f"{labels} labels one. Trained on {len(task().training)} sentences, it gets **{done.score.right} of "
        f"{done.score.of}** right ({low:.0%} to {high:.0%}), always answers in the wanted form, and can say nothing "
        f"else any more. All other weights are {unchanged}: `{done.frozen_sha256[1][:12]}`."
    )
    best = max(steps, key=lambda each: each.test_accuracy)
    if best.test_accuracy - last.test_accuracy >= OVERFITTED:
        happened(
            f"It was best after {number_of(best.step, 'update')}, with {best.test_accuracy:.0%} of the sentences never "
            f"seen; what came after fitted the {len(task().training)} that it learns from, and nothing else."
        )
    for page, words in (
        ("pages/prompting.py", "The same task prompted and tuned: Prompting"),
        ("pages/live_lora.py", "Teach it Tidewell: Live LoRA"),
    ):
        st.page_link(page, label=words, icon=":material/arrow_forward:")
    ui.formula(
        f"loss = -ln of the label's share under softmax(W h + b): {format_digits(last.loss, 3)} nats on the training "
        f"sentences; "
        f"ln {labels} = {math.log(labels):.3f} knows nothing. W is {labels} × {done.hidden_size}."
    )
    ui.measured(f"{run.model} here and now, {done.score.seconds:.1f} s to read and to learn.")
    facts = recorded().facts
    if through := came_through({facts["model"]: facts["weights_by_way_of"]}, "prompted"):
        st.caption(f"Of the way by a prompt: {through}")
