"""How many examples: accuracy with 0 to 8 of them in the prompt."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lib.charts.lesson import prompting as charts
from lib.lesson.prompting.runs import AskedScore, Weights, by_examples
from lib.lesson.prompting.scores import apart
from lib.lesson.prompting.task import MOST_EXAMPLES, USUAL_WORDING, task
from lib.ui.kit import controls, jobs
from lib.ui.kit.keeping.notes import happened
from lib.ui.lesson.prompting.scored import (
    fresh_or_recorded,
    in_numbers,
    model_for,
    queue_asking,
    say_interval,
    say_weights,
    wording_for,
)

KIND = "prompting-examples"


def how_many_examples() -> list[dict]:
    left, right = st.columns([1, 2], gap="large")
    with left:
        most = controls.slider("Examples, up to", 1, MOST_EXAMPLES, MOST_EXAMPLES, key="pr_most")
        model = model_for("pr_model")
        with st.expander("More", icon=":material/tune:"):
            how = wording_for("pr_wording", USUAL_WORDING)
            seed = controls.number("Which examples (seed)", 0, 1_000_000, 0, key="pr_seed")
        run = by_examples(model, how, int(seed), most)
        with st.popover(f"The prompt with {most} examples"):
            st.code(run.asked[-1].prompt("…"), language=None, wrap_lines=True)
    with right:
        jobs.start_and_stop(KIND, "Measure it", queue_asking, KIND, run, icon="play_arrow")
        return fresh_or_recorded(KIND, "examples", _draw_by_examples)


def _draw_by_examples(scored: Sequence[AskedScore], weights: Weights | None) -> None:
    names, scores = [each.asked.name for each in scored], [each.score for each in scored]
    none, last = scores[0], scores[-1]
    title = f"No example: {none.accuracy:.0%} right"
    if len(scored) > 1:
        title += f"; with {names[-1]}: {last.accuracy:.0%}"
    st.plotly_chart(
        charts.accuracy_by_examples(names, scores, task().guessing, title),
        key="pr_examples",
        alt="; ".join(f"{name} examples: {in_numbers(each)}" for name, each in zip(names, scores, strict=True)),
    )
    label, times = none.favourite
    happened(
        f"Without an example it labels **{in_numbers(none)}** right; guessing would give "
        f"{task().right_by_guessing:.0f}. Its favourite label is “{label}”, in {times} of {none.of} answers."
    )
    if len(scored) > 1:
        sure = (
            "The two intervals do not touch: that is no accident of which sentences were asked."
            if apart(none, last)
            else f"The two intervals overlap: {none.of} sentences cannot tell them apart for certain."
        )
        happened(
            f"With {names[-1]} it labels **{in_numbers(last)}** right. {sure} Examples are read with every request: "
            f"{last.front_tokens:,} tokens stand before each sentence."
        )
    _say_what_is_worse_than_nothing(scored)
    say_weights(weights)
    say_interval(f"{names[-1]} examples", last)


def _say_what_is_worse_than_nothing(scored: Sequence[AskedScore]) -> None:
    none, worst = scored[0].score, min(scored, key=lambda each: each.score.right)
    if worst.score.right >= none.right:
        return
    label, times = worst.score.favourite
    seen = [sentence.label for sentence in worst.asked.examples]
    why = f"; “{label}” is the label that it read last" if label == seen[-1] else ""
    happened(
        f"Examples can also harm: with {worst.asked.name} only **{in_numbers(worst.score)}** are right. It says "
        f"“{label}” in {times} of {worst.score.of} answers{why}."
    )
