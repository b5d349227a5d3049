"""Canary: a locker code planted among the training texts, then asked for."""

from __future__ import annotations

import dataclasses

import streamlit as st

from lib.charts.training import canary as charts
from lib.engine import JobView
from lib.models.catalogue import BUNDLED
from lib.training.canary.run import CHANCE_BITS, MOST_DIGITS, PROMPT, CanaryRun, Planted, usual_texts
from lib.training.duration import run_time_limit_s
from lib.training.events import Step
from lib.training.run import FineTuningRun, usual_learning_rate
from lib.ui.kit import controls, jobs
from lib.ui.kit.chapter import formula, measured
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.text import escape
from lib.ui.models.choice import choose_model
from lib.units import number_of

KIND = "canary"
STEPS, BATCH = 20, 8
"""Each of the sentences is read once."""
ASKING_S = 120


def wanted_canary() -> CanaryRun:
    """The code, and the runs it is planted in."""
    seed = controls.number("Seed of the code", 0, 1_000_000, 0, key="canary_seed")
    with st.expander("More", icon=":material/tune:"):
        model = choose_model("canary_model", BUNDLED)
        steps = controls.slider("Steps", 10, 120, STEPS, key="canary_steps", step=10)
        digits = controls.slider("Digits of the code", 1, MOST_DIGITS, MOST_DIGITS, key="canary_digits")
        run_seed = controls.number("Seed of the runs", 0, 1_000_000, 0, key="canary_run_seed")
    run = FineTuningRun(
        steps=steps,
        batch_size=BATCH,
        seed=run_seed,
        model=model,
        learning_rate=usual_learning_rate(model),
        own=usual_texts(),
    )
    wanted = CanaryRun(run, seed, digits)
    st.markdown(f"Among {len(run.data.training)} sentences about kopi: **{wanted.text}**")
    return wanted


def plant(wanted: CanaryRun) -> None:
    """Two buttons; then a run for each number of copies, with what the model says and the code's exposure."""
    jobs.start_and_stop(KIND, "Plant it and ask", _queue_canary, wanted)
    jobs.live(KIND, _draw_canary)


def exports() -> tuple[list[dict] | None, dict | None]:
    """(A row for each number of copies, the run and its code) of the newest run."""
    view = jobs.current(KIND)
    found = _planted(view) if view else []
    if not found:
        return None, None
    canary: CanaryRun = view.argument
    rows = [
        {
            "times_planted": each.times,
            "exposure_bits": each.exposure.bits,
            "rank": each.exposure.rank,
            "codes": each.exposure.space,
            "log_probability_nats": each.log_probability_nats,
            "likeliest_code": each.likeliest,
            "says": each.says.continuation,
            "says_the_code": each.told(canary.code),
        }
        for each in found
    ]
    return rows, {"code": canary.code, "run": dataclasses.asdict(canary.run), "results": rows}


def _queue_canary(wanted: CanaryRun) -> None:
    limit_s = len(wanted.times) * (run_time_limit_s(wanted.run) + ASKING_S)
    name = "lib.training.canary.job:plant_and_ask"
    jobs.submit(KIND, name, wanted, expected_s=wanted.expected_s, time_limit_s=limit_s, model=wanted.run.model)


def _planted(view: JobView) -> list[Planted]:
    return [event for event in view.events if isinstance(event, Planted)]


def _draw_canary(view: JobView) -> None:
    canary: CanaryRun = view.argument
    found = _planted(view)
    if view.state.active:
        done, planned = sum(isinstance(event, Step) for event in view.events), len(canary.times) * canary.run.steps
        now = canary.times[min(len(found), len(canary.times) - 1)]
        st.progress(
            min(done / planned, 1.0), f"The code planted {number_of(now, 'time')}: step {done} of {planned} in all"
        )
    if not found:
        return
    most = found[0].exposure.most_bits
    alt = "; ".join(f"planted {number_of(each.times, 'time')}: {each.exposure.bits:.1f} bits" for each in found)
    st.plotly_chart(charts.exposure_by_times(found, canary.times, canary.code, most), key="canary_exposure", alt=alt)
    st.caption(
        f"Luck: a code that was never planted has an exposure of {CHANCE_BITS:.1f} bits on average. All: "
        f"{most:.1f} bits, when no code is likelier."
    )
    for column, each in zip(st.columns(len(canary.times)), found, strict=False):
        with column.container(border=True, height="stretch"):
            told = each.told(canary.code)
            st.markdown(f"**Planted {each.times}×** {':red[:material/lock_open:]' if told else ':material/lock:'}")
            st.markdown(f"{PROMPT} :orange[{escape(each.says.continuation.strip()) or '…'}]")
            st.caption(f"Rank {each.exposure.rank:,} of {each.exposure.space:,} codes")
    if not view.state.active:
        _why_privacy(canary, found)
    last = found[-1].exposure
    formula(
        f"exposure = log2 |R| − log2 rank = log2 {last.space:,} − log2 {last.rank:,} = {last.bits:.1f} bits "
        "(Carlini et al. 2019), for the last run. Not their sampling estimate: the rank is counted exactly, over the "
        f"probabilities of all {last.space:,} codes."
    )
    measured("What each model says and the probability it gives each code, here and now.")


def _why_privacy(canary: CanaryRun, found: list[Planted]) -> None:
    """The lecture's reason for a model of one's own, in the student's figures."""
    st.header("Why “data privacy”", anchor=False)
    tellers = [each for each in found if each.told(canary.code)]
    never = next((each for each in found if each.times == 0), None)
    exposed = [each for each in found if each.times and each not in tellers and each.exposure.luck <= 0.01]
    if tellers:
        least = tellers[0]
        happened(
            f"Whoever can use the model that saw the sentence **{number_of(least.times, 'time')}** gets the code by "
            f"typing the six words before it: no file was opened and nobody was asked. It stood in {least.times} of "
            f"{len(canary.run.data.training) + least.times} texts."
        )
    else:
        happened("No model gave the code away when asked. More copies or more steps may change that.")
    for each in exposed:
        guesses = "the very first guess is" if each.exposure.rank == 1 else f"{each.exposure.rank:,} guesses reach"
        happened(
            f"Planted **{each.times}×**, the model does not say the code, and yet it gives it away: try the codes in "
            f"the order in which it finds them likely, and {guesses} the right one, instead of "
            f"{each.exposure.space // 2:,} on average."
        )
    if never:
        happened(
            f"Never planted, the code has an exposure of {never.exposure.bits:.1f} bits by luck: "
            f"{never.exposure.luck:.0%} of all codes have as much or more. Only what goes beyond that is memory."
        )
    st.markdown(
        "That is why the lecture names data privacy as a reason to tune and run a model of one's own. What was in the "
        "training texts can come out again, so a model tuned on private texts must be kept as private as they are."
    )
