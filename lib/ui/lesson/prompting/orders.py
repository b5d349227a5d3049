"""Order and wording: what should make no difference, and what difference it makes."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lib.charts.lesson import prompting as charts
from lib.lesson.prompting.runs import PERMUTED, AskedScore, Weights, by_order, by_wording
from lib.lesson.prompting.scores import apart
from lib.lesson.prompting.task import USUAL_WORDING, WORDINGS, task
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

CHANGES = {"orders": "Order of three examples", "wordings": "Wording"}


def same_but() -> list[dict]:
    left, right = st.columns([1, 2], gap="large")
    with left:
        what = controls.segmented("Change", CHANGES, "orders", key="pr_change")
        model = model_for("pr_order_model")
        with st.expander("More", icon=":material/tune:"):
            seed = int(controls.number("Which examples (seed)", 0, 1_000_000, 0, key="pr_order_seed"))
            if what == "orders":
                run = by_order(model, wording_for("pr_order_wording", USUAL_WORDING), seed)
            else:
                shots = controls.slider("Examples in each prompt", 0, 8, PERMUTED, key="pr_wording_shots")
                run = by_wording(model, tuple(WORDINGS), seed, shots)
        with st.popover("The prompts"):
            for each in run.asked:
                st.markdown(f"**{each.name}**")
                st.code(each.prompt("…"), language=None, wrap_lines=True)
    kind = f"prompting-{what}"
    with right:
        label = "Ask in all six orders" if what == "orders" else "Ask in all wordings"
        jobs.start_and_stop(kind, label, queue_asking, kind, run, icon="play_arrow")
        return fresh_or_recorded(kind, what, _draw_orders if what == "orders" else _draw_wordings)


def _draw_orders(scored: Sequence[AskedScore], weights: Weights | None) -> None:
    _draw_rows(scored, weights, "orders", "The same three examples in another order")


def _draw_wordings(scored: Sequence[AskedScore], weights: Weights | None) -> None:
    _draw_rows(scored, weights, "wordings", "The same request in other words")


def _draw_rows(scored: Sequence[AskedScore], weights: Weights | None, key: str, what: str) -> None:
    names, scores = [each.asked.name for each in scored], [each.score for each in scored]
    best, worst = max(scores, key=lambda each: each.right), min(scores, key=lambda each: each.right)
    st.plotly_chart(
        charts.accuracy_in_rows(
            names, scores, task().guessing, f"{what}: {worst.accuracy:.0%} to {best.accuracy:.0%} right"
        ),
        key=f"pr_{key}",
        alt="; ".join(f"{name}: {in_numbers(each)}" for name, each in zip(names, scores, strict=True)),
    )
    if len(scored) > 1:
        sure = (
            "Their intervals do not touch: this is no accident of which sentences were asked."
            if apart(best, worst)
            else "Their intervals overlap, so a hundred sentences cannot tell the two apart for certain."
        )
        happened(
            f"Best “{names[scores.index(best)]}”: **{in_numbers(best)}**. "
            f"Worst “{names[scores.index(worst)]}”: **{in_numbers(worst)}**. {sure}"
        )
        label, times = worst.favourite
        shown = scored[scores.index(worst)].asked.examples
        last = shown and shown[-1].label == label and times > worst.of / 2
        why = ": the label that it had read last, which small models like to say again" if last else ""
        happened(f"In the worst, “{label}” was given in {times} of {worst.of} answers{why}.")
    say_weights(weights)
    say_interval(f"“{names[scores.index(best)]}”", best)
