"""A LoRA run on its page: started, paused, gone on with, and drawn as it goes."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from lib.charts.training import loss, watch
from lib.engine import JobState, JobView
from lib.training.duration import run_expected_s, run_time_limit_s
from lib.training.errors import Diverged
from lib.training.progress import Progress, go_on, progress
from lib.training.rates import lower_rate
from lib.training.run import FineTuningRun
from lib.ui.kit import controls, jobs
from lib.ui.training.train.completions import filled_blanks, waiting_blanks
from lib.ui.training.train.run_controls import rate_key
from lib.units import format_duration

KIND = "lora"
STOP_HELP = "Ends the run after this step and says what was learnt."
PAUSE_HELP = "Halts after this step, so that others can train. Go on whenever you like, also after a reload."
SHOW = {"loss": "Losses", "smooth": "Smoothed", "all": "Everything a run tells"}


def start_and_stop(run: FineTuningRun | None, kind: str = KIND, label: str = "Start") -> None:
    jobs.say_if_long(run and run_expected_s(run))
    jobs.start_and_stop(kind, label, queue_run, run, kind, stop_help=STOP_HELP)
    _pause_or_go_on(kind)


def has_diverged(view: JobView) -> bool:
    return view.failure == Diverged.__name__


def _pause_or_go_on(kind: str) -> None:
    """In one place: Pause while a run goes; the way on once it was paused, stopped, or lost with its worker.

    None after a divergence: the steps to come would be the very same again, and a lower rate would begin with what the
    higher one has done to the adapter.
    """
    view = jobs.current(kind)
    onward = None
    if view is not None and not view.state.active and not has_diverged(view):
        onward = go_on(view.argument, (*view.argument.earlier, *view.events))
    if onward is None:
        running = view is not None and view.state is JobState.RUNNING
        more = {"help": PAUSE_HELP, "disabled": not running, "width": "stretch"}
        st.button("Pause", key=f"{kind}-pause", icon=":material/pause:", on_click=jobs.pause, args=(kind,), **more)
        if view is not None and has_diverged(view):
            st.caption(
                ":material/block: A run that diverged cannot go on: at the same rate its steps would diverge again, "
                "and what that rate did to the adapter would stay in it. Start again, with a lower rate."
            )
        return
    st.button(
        f"Go on from step {onward.resume_from.step}",
        key=f"{kind}-go-on",
        icon=":material/resume:",
        type="primary" if view.paused else "secondary",
        on_click=queue_run,
        args=(onward, kind),
        width="stretch",
    )


def told_by(view: JobView) -> Progress:
    """All that a run has told, in this sitting and in those it goes on from."""
    return progress((*view.argument.earlier, *view.events))


def stage(
    wanted: FineTuningRun | None,
    kind: str = KIND,
    label: str = "Start",
    rate_key: Callable[[FineTuningRun], str] = rate_key,
) -> None:
    """Curve, sizes and blanks of the newest run; before the first, what the one that is `wanted` would be.

    label     what the button says that starts it
    rate_key  the key of the control by which a run's learning rate is chosen
    """
    view = jobs.current(kind)
    key = "show" if kind == KIND else f"{kind}-show"
    show = controls.segmented("Show", SHOW, "loss", key=key, label_visibility="collapsed")
    is_empty = view is None or view.state is JobState.WAITING
    if is_empty:
        coming = view.argument if view else wanted or FineTuningRun()
        told = progress(coming.earlier)  # of a run that is to go on
        curve = loss.loss_curve(told.steps, told.held_out, coming.steps, smooth=show != "loss")
        st.plotly_chart(curve, key="loss", alt=loss.describe(told.held_out))
        waiting_blanks(coming.data)
        start = "" if view else f"Press {label}. "
        st.caption(f"{start}Each point is one step: one batch read, one update of the adapter.")

    def draw(now: JobView) -> None:
        if wanted is not None and rate_key(now.argument) == rate_key(wanted):  # its control is on the page
            _offer_lower_rate(now, wanted, rate_key(wanted))
        _draw_run(now, show, below_empty_stage=is_empty)

    jobs.live(kind, draw)


def _offer_lower_rate(view: JobView, wanted: FineTuningRun, key: str) -> None:
    """Where the run diverged, below the sentence that says so: a button that sets the control, and starts nothing."""
    lower = lower_rate(view.argument.learning_rate)
    if lower is None or not has_diverged(view):
        return
    name = f"{view.kind}-lower-rate"
    more = {"icon": ":material/arrow_downward:", "disabled": wanted.learning_rate <= lower}
    if st.button(f"Try {lower:g}", key=name, on_click=st.session_state.update, args=({key: lower},), **more):
        st.rerun()  # the control is outside of what a job draws anew


def queue_run(run: FineTuningRun, kind: str = KIND) -> None:
    """For a button's `on_click`."""
    kind_s = {"expected_s": run_expected_s(run), "time_limit_s": run_time_limit_s(run)}
    jobs.submit(kind, "lib.training.finetune:finetune", run, **kind_s, model=run.model)


def _draw_run(view: JobView, show: str, *, below_empty_stage: bool) -> None:
    if view.state is JobState.WAITING:
        return  # the empty stage is there; forty who wait ask often, and should cost little
    if below_empty_stage:  # a worker took it while the page was drawn, and it would be there twice
        st.rerun()
    told, run = told_by(view), view.argument
    curve = loss.loss_curve(told.steps, told.held_out, run.steps, smooth=show != "loss")
    st.plotly_chart(curve, key="loss", alt=loss.describe(told.held_out))
    if view.state is JobState.RUNNING:
        st.progress(told.step / run.steps, _pace(told, run))
    if show == "all":
        signs = watch.vital_signs(run, told.steps)
        st.plotly_chart(signs, key="vital-signs", alt=watch.describe_vital_signs(told.steps))
    if told.started:
        _sizes(told)
    if told.before:
        filled_blanks(told, run.data)


def _pace(told: Progress, run: FineTuningRun) -> str:
    """Where the run is, how fast, and how long it will still take."""
    if told.started is None:
        return "The model is being loaded"
    words = [f"Step {told.step} of {run.steps}"]
    if told.steps:
        words.append(f"{told.steps[-1].tokens_per_s:,.0f} tokens/s")
    left_s = told.left_s(run.steps)
    if left_s is not None and left_s >= 1:
        words.append(f"about {format_duration(left_s)} left")
    return ", ".join(words)


def _sizes(told: Progress) -> None:
    trainable, everything, loss = st.columns(3)
    trainable.metric("Trained", f"{told.started.trainable:,}", help="parameters of the adapter")
    everything.metric("Of all parameters", f"{told.started.trainable / told.started.total:.1%}")
    if told.held_out:
        first, last = told.held_out[0], told.held_out[-1]
        change = f"{last.loss - first.loss:+.2f}" if last.step > first.step else None  # one look is no change
        loss.metric("Held-out loss", f"{last.loss:.2f}", change, delta_color="inverse")
