"""Who taught it this: an answer traced back to its training texts, and the check by taking them out."""

from __future__ import annotations

import dataclasses
import math

import streamlit as st

from lib.charts.in_words import in_words
from lib.charts.training import influence as charts
from lib.engine import JobView
from lib.errors import StudentError
from lib.models.catalogue import BUNDLED
from lib.training.duration import run_expected_s, run_time_limit_s
from lib.training.events import Step
from lib.training.influence.run import TAKEN_OUT, Chances, Check, Retrained, Retraining, Traced, Tracing
from lib.training.run import FineTuningRun, usual_learning_rate
from lib.training.texts.datasets import load_dataset
from lib.ui.kit import controls, jobs
from lib.ui.kit.chapter import measured
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.problems import problem
from lib.ui.kit.tables import show_table
from lib.ui.kit.text import escape
from lib.ui.models.choice import choose_model
from lib.units import SUPERSCRIPTS, format_chance, format_duration

TRACE, RETRAIN = "who-trace", "who-retrain"
STEPS, BATCH = 40, 8
SHOWN = 8
BEYOND_READING = 1e6


def wanted_trace() -> Tracing | None:
    """The question and the run behind it; None (and what is wrong) if they make none."""
    prompt = controls.text("Ask the tuned model to go on from", "He pays one dollar", key="who_prompt", max_chars=300)
    with st.expander("More", icon=":material/tune:"):
        model = choose_model("who_model", BUNDLED)
        steps = controls.slider("Steps", 10, 120, STEPS, key="who_steps", step=10)
        seed = controls.number("Seed", 0, 1_000_000, 0, key="who_seed")
        every = controls.toggle("Score at every checkpoint of the run, not its last alone", False, key="who_every")
    run = FineTuningRun(
        steps=steps, batch_size=BATCH, seed=seed, model=model, learning_rate=usual_learning_rate(model), ask_every=0
    )
    try:
        return Tracing(run, prompt, every)
    except StudentError as error:
        problem(error)
        return None


def trace(wanted: Tracing | None) -> None:
    """Two buttons; then what the tuned model answers, and the texts that speak for it and against it."""
    jobs.start_and_stop(TRACE, "Train and trace", _queue_trace, wanted)
    jobs.live(TRACE, _draw_trace)


def check() -> None:
    """Take the loudest texts out, train again, ask again; beside it the same with others drawn at random."""
    found = newest()
    if found is None:
        return
    tracing, traced = found
    st.header("Take them out, train again, ask again", anchor=False)
    number, draw = st.columns(2)
    most = len(traced.scores) // 2
    with number:
        options = [count for count in TAKEN_OUT if count <= most]
        taken_out = controls.pick("Texts to take out", options, 10, key="who_out")
    with draw:
        seed = controls.number("Seed of the random draw", 0, 1_000_000, 0, key="who_draw")
    wanted = Retraining(tracing, traced, taken_out, seed)
    jobs.start_and_stop(RETRAIN, "Train without them", _queue_retrain, wanted, stop_label="Stop training")
    jobs.live(RETRAIN, lambda view: _draw_check(view, traced))


def newest() -> tuple[Tracing, Traced] | None:
    """The newest answer that was traced, with the run behind it."""
    view = jobs.current(TRACE)
    traced = next((event for event in view.events if isinstance(event, Traced)), None) if view else None
    return (view.argument, traced) if traced else None


def exports() -> tuple[list[dict] | None, dict | None]:
    """(Every training text with its score, the answer and what became of it) of the newest trace."""
    found = newest()
    if found is None:
        return None, None
    tracing, traced = found
    view = jobs.current(RETRAIN)
    again = _retrained(view, traced) if view else {}
    data = {
        "run": dataclasses.asdict(dataclasses.replace(tracing.run, resume_from=None)),
        "prompt": tracing.prompt,
        "answer": traced.answer.continuation,
        "checkpoint_steps": traced.checkpoint_steps,
        "log_probability_nats": {
            "before_training": traced.untrained.log_probability_nats,
            "trained": traced.trained.log_probability_nats,
            **{f"without_{which}": each.chances.log_probability_nats for which, each in again.items()},
        },
        "taken_out": {which: each.taken_out for which, each in again.items()},
    }
    return _scored_texts(tracing, traced, traced.order), data


def _queue_trace(wanted: Tracing) -> None:
    run = wanted.run
    limit_s = run_time_limit_s(run) + 10 * wanted.expected_s
    name = "lib.training.influence.job:trace"
    jobs.submit(TRACE, name, wanted, expected_s=wanted.expected_s, time_limit_s=limit_s, model=run.model)


def _queue_retrain(wanted: Retraining) -> None:
    run = wanted.tracing.run
    kind_s = {"expected_s": 2 * run_expected_s(run), "time_limit_s": 2 * run_time_limit_s(run)}
    jobs.submit(RETRAIN, "lib.training.influence.job:retrain", wanted, **kind_s, model=run.model)


def _draw_trace(view: JobView) -> None:
    tracing: Tracing = view.argument
    traced = next((event for event in view.events if isinstance(event, Traced)), None)
    if traced is None:
        _how_far(view, tracing.run.steps, "Every training text is being scored")
        return
    said = escape(traced.answer.continuation.strip())
    st.markdown(f"### {escape(tracing.prompt.strip())} :orange[{said}]")
    happened(
        f"The tuned model's own answer. It gives it a probability of **{_odds(traced.trained)}**; "
        f"before training it was **{_odds(traced.untrained)}**."
    )
    scores = charts.all_scores(traced)
    st.plotly_chart(scores, key="who_scores", alt=in_words(scores))
    # One below the other: side by side, sentences would be cut.
    st.markdown(f":green[:material/add_circle:] **The {SHOWN} that speak most for it**")
    show_table(_scored_texts(tracing, traced, traced.order[:SHOWN]), alt="Texts with the highest scores")
    st.markdown(f":red[:material/do_not_disturb_on:] **The {SHOWN} that speak most against it**")
    show_table(_scored_texts(tracing, traced, traced.order[: -SHOWN - 1 : -1]), alt="Texts with the lowest scores")
    with st.expander(f"All {len(traced.scores)} training texts and their scores", icon=":material/list:"):
        show_table(_scored_texts(tracing, traced, traced.order), alt="Every training text with its score", height=320)
    steps = " and ".join(str(step) for step in traced.checkpoint_steps)
    st.caption(
        "Score: the gradient of the text's loss times the gradient of the answer's loss, added up over all "
        f"adapter parameters, at step {steps}; shown as a share of the highest. A step of plain gradient descent "
        "on a text moves the answer's loss by minus the learning rate times this product (TracIn, Pruthi et al. 2020). "
        "AdamW, which trains here, scales each parameter's step, so read the order and not the size."
    )
    measured(f"{len(traced.scores)} texts scored in {format_duration(traced.seconds)}, here and now.")


def _draw_check(view: JobView, traced: Traced) -> None:
    again = _retrained(view, traced)
    if view.argument.traced != traced:
        return  # of an answer that is no longer the one above
    taken_out = view.argument.taken_out
    if len(again) < 2:
        what = "without as many others" if again else "without the texts at the top"
        _how_far(view, 2 * view.argument.tracing.run.steps, f"Training {what}")
    names = {"top": f"without the top {taken_out}", "others": f"without {taken_out} others"}
    rows = [("before training", traced.untrained), ("all texts", traced.trained)]
    rows += [(names[which], each.chances) for which, each in again.items()]
    if again:
        alt = "; ".join(f"{name}: {chances.log_probability_nats:.1f} nats" for name, chances in rows)
        st.plotly_chart(charts.kept_without(rows), key="who_kept", alt=alt)
    for which, each in again.items():
        says = escape(each.says.continuation.strip()) or "nothing"
        st.markdown(f"Asked again, the model {names[which]} says: {escape(each.says.prompt)} :orange[{says}]")
    if len(again) == 2:
        _verdict(Check(traced.trained, again["top"].chances, again["others"].chances), taken_out)


def _verdict(found: Check, taken_out: int) -> None:
    if found.confirmed:
        st.success(
            f"Without the {taken_out} texts at the top the answer lost {found.top_cost_nats:.1f} nats: it is "
            f"**{_times(found.top_cost_nats)}** less likely. Without {taken_out} others, drawn at random, it "
            f"{_changed(found.others_cost_nats)}. So it was these texts, and not just fewer texts.",
            icon=":material/check:",
        )
    else:
        st.warning(
            f"No clear difference: {found.top_cost_nats:+.1f} nats lost without the {taken_out} texts at the top, "
            f"{found.others_cost_nats:+.1f} without {taken_out} others. Many other texts may teach the same: take out "
            "more, or ask for something that few texts say.",
            icon=":material/balance:",
        )
    st.caption(
        "All runs have the same seed and number of steps. Fewer texts also means another order of them, which alone "
        "moves the figure a little: that is what the random draw is there to show. Change its seed to see how much."
    )


def _how_far(view: JobView, planned: int, then: str) -> None:
    if not view.state.active:
        return
    done = sum(isinstance(event, Step) for event in view.events)
    st.progress(min(done / planned, 1.0), f"Step {done} of {planned}" if done < planned else then)


def _retrained(view: JobView, traced: Traced) -> dict[str, Retrained]:
    if view.argument.traced != traced:
        return {}
    return {event.which: event for event in view.events if isinstance(event, Retrained)}


def _scored_texts(tracing: Tracing, traced: Traced, indices: tuple[int, ...]) -> list[dict]:
    texts = load_dataset(tracing.run.dataset).training
    return [{"share": round(traced.share(index), 3), "text": texts[index].text} for index in indices]


def _odds(chances: Chances) -> str:
    return format_chance(-chances.log_probability_nats)


def _times(nats: float) -> str:
    return f"{_large(nats)} times"


def _changed(cost_nats: float) -> str:
    if abs(cost_nats) < 0.7:
        return "stayed about as likely as it was"
    return f"became {_times(abs(cost_nats))} {'less' if cost_nats > 0 else 'more'} likely"


def _large(nats: float) -> str:
    """e to the `nats`, to be read aloud."""
    power = nats / math.log(10)
    if power > math.log10(BEYOND_READING):
        return f"10{str(round(power)).translate(SUPERSCRIPTS)}"
    value = float(f"{10**power:.2g}")
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"
