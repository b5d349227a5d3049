"""Hard prompt, soft prompt, LoRA: one task, three ways, with what each costs."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lib import ui
from lib.charts.lesson import prompting as charts
from lib.engine import JobView
from lib.lesson.prompting.recorded import recorded
from lib.lesson.prompting.runs import LORA, PROMPTED, SOFT, NearestWords, Trained, WayScore, WaysRun
from lib.lesson.prompting.scores import apart
from lib.lesson.prompting.task import task
from lib.ui.kit import controls, jobs
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.tables import show_table
from lib.ui.kit.text import escape
from lib.ui.lesson.prompting.nearest import draw_nearest
from lib.ui.lesson.prompting.scored import (
    in_numbers,
    model_for,
    say_interval,
    say_recorded,
)

KIND = "prompting-ways"
NAMES = {PROMPTED: "Prompted", SOFT: "Prompt-tuned", LORA: "LoRA-tuned"}


def three_ways() -> list[dict]:
    left, right = st.columns([1, 2], gap="large")
    with left:
        virtual = controls.slider("Virtual tokens of the soft prompt", 1, 20, 10, key="pr_virtual")
        steps = controls.slider("Steps of training", 10, 100, 40, key="pr_steps", step=10)
        model = model_for("pr_ways_model")
        with st.expander("More", icon=":material/tune:"):
            shots = controls.slider("Examples in the hard prompt", 0, 8, 4, key="pr_ways_shots")
            rank = controls.slider("Rank of LoRA", 1, 32, 8, key="pr_rank")
            seed = int(controls.number("Seed", 0, 1_000_000, 0, key="pr_ways_seed"))
        run = WaysRun(model, shots=shots, virtual_tokens=virtual, steps=steps, rank=rank, seed=seed)
        st.caption(f"Both trainings read the same {len(task().training)} sentences, none of which is asked afterwards.")
    told = recorded()
    with right:
        jobs.start_and_stop(KIND, "Prompt, then train both", _queue_ways, run, icon="model_training")
        if jobs.current(KIND) is None:
            _draw_recorded()
        jobs.live(KIND, _draw_live)
    return [
        {
            "way": NAMES[each.way],
            "trained_parameters": each.trained_parameters,
            "getting_ready_s": each.seconds,
            **each.score.to_dict(),
            "base_sha256_before": each.weights.before,
            "base_sha256_after": each.weights.after,
        }
        for each in _ways(jobs.current(KIND)) or told.ways
    ]


def _queue_ways(run: WaysRun) -> None:
    jobs.submit(
        KIND,
        "lib.lesson.prompting.ways_job:every_way",
        run,
        expected_s=run.expected_s,
        time_limit_s=400 + 20 * run.steps,
        model=run.model,
    )


def _ways(view: JobView | None) -> tuple[WayScore, ...]:
    return tuple(event for event in view.events if isinstance(event, WayScore)) if view else ()


def _draw_recorded() -> None:
    told = recorded()
    if not told.ways:
        return
    _draw_ways(told.ways)
    if told.nearest:
        draw_nearest(told.nearest)
    say_recorded(told.facts)


def _draw_live(view: JobView) -> None:
    run: WaysRun = view.argument
    ways, steps = _ways(view), [event for event in view.events if isinstance(event, Trained)]
    if view.state.active:
        last = f"{NAMES[steps[-1].way]}: step {steps[-1].step}, loss {steps[-1].loss:.2f}" if steps else "Prompting"
        st.progress(min(1.0, len(steps) / (2 * run.steps)), last)
    if not ways:
        _draw_recorded()
        return
    _draw_ways(ways)
    found = next((event for event in view.events if isinstance(event, NearestWords)), None)
    if found:
        draw_nearest(found)
    ui.measured(
        f"{escape(run.model)}, here and now: {run.shots} examples in the hard prompt, {run.virtual_tokens} virtual "
        f"tokens, LoRA of rank {run.rank}, {run.steps} steps of 8 sentences each, seed {run.seed}."
    )


def _draw_ways(ways: Sequence[WayScore]) -> None:
    names, scores = [NAMES[each.way] for each in ways], [each.score for each in ways]
    title = "; ".join(f"{name} {each.accuracy:.0%}" for name, each in zip(names, scores, strict=True)) + " right"
    st.plotly_chart(
        charts.accuracy_in_rows(names, scores, task().guessing, title),
        key="pr_ways",
        alt="; ".join(f"{name}: {in_numbers(each)}" for name, each in zip(names, scores, strict=True)),
    )
    show_table(
        [
            {
                "Way": NAMES[each.way],
                "Right": in_numbers(each.score),
                "Trained parameters": f"{each.trained_parameters:,}",
                "To get ready": f"{each.seconds:.0f} s" if each.trained_parameters else "nothing to train",
                "To ask all": f"{each.score.seconds:.0f} s",
                "Base weights": f"{each.weights.before[:8]}…"
                + (", same after" if each.weights.same else f" → {each.weights.after[:8]}…"),
            }
            for each in ways
        ],
        alt="Three ways to the same task, with what each costs",
    )
    best, worst = max(ways, key=lambda each: each.score.right), min(ways, key=lambda each: each.score.right)
    if best is not worst:
        sure = "do not touch" if apart(best.score, worst.score) else "overlap"
        happened(
            f"**{NAMES[best.way]}** labels {in_numbers(best.score)} right, **{NAMES[worst.way]}** "
            f"{in_numbers(worst.score)}: their intervals {sure}."
        )
    if all(each.weights.same for each in ways):
        st.markdown(
            ":material/fingerprint: The fingerprint (SHA-256) of the base's weights is the same before and after each "
            "way: **none of the model's own weights is updated** by any of them. Prompting trains nothing at all; the "
            "other two train numbers that stand beside the model or in front of the text."
        )
    say_interval(f"“{NAMES[best.way]}”", best.score)
