"""What each kind adds to a request's time: recorded, and measured here."""

from __future__ import annotations

import streamlit as st

from lib import ui
from lib.charts.lesson import weight_update as charts
from lib.engine import JobView
from lib.lesson.adapters.errors import AdapterError
from lib.lesson.adapters.kinds import kinds
from lib.lesson.adapters.timing import (
    DECODE,
    MUCH_NOISE,
    PREFILL,
    VARIANTS,
    Ready,
    Timed,
    Times,
    TimingRun,
    lora_work_share,
    recorded,
)
from lib.models.catalogue import BUNDLED, REAL
from lib.models.device import this_machine
from lib.models.errors import ModelUnavailable
from lib.ui.kit import controls, jobs
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.problems import problem
from lib.ui.kit.tables import show_table
from lib.ui.kit.text import escape
from lib.ui.models.choice import choose_model
from lib.units import format_digits, format_percent, number_of

KIND = "adapter-times"
PARTS = {DECODE: "one token more", PREFILL: "reading the prompt"}
FEWEST = 2
"""Rounds from which on a spread can be told."""


def what_a_request_pays() -> list[dict]:
    """The rows to take away."""
    part = controls.segmented("Time of", PARTS, DECODE, key="ad_part")
    _start()
    jobs.live(KIND, _say_how_far)
    run, ready, times = _measured_here()
    here = times is not None and times.rounds >= FEWEST
    if here:
        source = f"here, on {escape(this_machine().processor)}, {number_of(ready.threads, 'thread')}"
    else:
        told = recorded()
        run, ready, times = told.run, told.ready, told.times
        source = f"{told.date} on {escape(told.device)}; recorded, not measured now: press the button for your machine"
    st.plotly_chart(charts.request_times(times, part), key="ad_times", alt=_times_in_words(times, part))
    _say_what_a_request_costs(run, ready, times, part)
    versions = ", ".join(f"{name} {number}" for name, number in ready.versions)
    ui.measured(
        f"{run.model}, fp32, {run.prompt_tokens} tokens read and {run.new_tokens} added one by one; rank {run.rank} "
        f"beside all seven matrices, width {run.width} after or beside the MLP, {run.virtual_tokens} virtual tokens; "
        f"{times.rounds} rounds, in each every variant once in random order; median and quartiles of the ratio within "
        f"a round; {source}; {versions}."
    )
    rows = _time_rows(times)
    show_table(rows, alt="Milliseconds and ratios of every variant")
    with st.expander("Which can be merged away, and why", icon=":material/merge:"):
        for kind in kinds().values():
            st.markdown(f"**{kind.title}: {'yes' if kind.merges else 'no'}.** {kind.merge_why} {kind.request}")
    return rows


def _start() -> None:
    run = None
    model = choose_model("ad_t_model", BUNDLED, among=(BUNDLED, REAL))
    with st.expander("More: sizes and rounds", icon=":material/tune:"):
        prompt = controls.pick("Tokens of the prompt", [32, 64, 128, 256], 128, key="ad_prompt")
        rank = controls.pick("LoRA rank", [1, 4, 8, 16, 64], 8, key="ad_t_rank")
        virtual = controls.pick("Virtual tokens", [1, 4, 16, 64], 16, key="ad_t_virtual")
        rounds = controls.slider("Rounds", 4, 40, 12, key="ad_rounds")
    try:
        run = TimingRun(model, prompt_tokens=prompt, rank=rank, virtual_tokens=virtual, rounds=rounds)
    except AdapterError as error:
        problem(error)
    jobs.say_if_long(run.expected_s if run else None)
    jobs.start_and_stop(KIND, "Measure it on this machine", _queue_timing, run, icon="timer")


def _queue_timing(run: TimingRun) -> None:
    jobs.submit(
        KIND,
        "lib.lesson.adapters.timing_job:time_adapters",
        run,
        expected_s=run.expected_s,
        time_limit_s=200 + 8 * run.expected_s,
        model=run.model,
    )


def _say_how_far(view: JobView) -> None:
    if view.state.active:
        done = sum(isinstance(event, Timed) for event in view.events)
        total = len(VARIANTS) * view.argument.rounds
        st.progress(min(1.0, done / total), f"{done} of {total} requests timed")


def _measured_here() -> tuple[TimingRun | None, Ready | None, Times | None]:
    view = jobs.current(KIND)
    if view is None or view.state.active:
        return None, None, None
    ready = next((event for event in view.events if isinstance(event, Ready)), None)
    times = Times(tuple(event for event in view.events if isinstance(event, Timed)))
    return (view.argument, ready, times) if ready else (None, None, None)


def _times_in_words(times: Times, part: str) -> str:
    told = ", ".join(f"{VARIANTS[name]} {times.ratio(name, part).middle:.2f}" for name in VARIANTS if name != "base")
    return f"Times the model without adapter: {told}"


def _say_what_a_request_costs(run: TimingRun, ready: Ready, times: Times, part: str) -> None:
    beside, merged = times.ratio("lora", part), times.ratio("lora_merged", part)
    happened(
        f"For {PARTS[part]} LoRA beside its matrices takes **{beside.middle:.2f} times** as long as no adapter "
        f"({beside.low:.2f} to {beside.high:.2f}), merged into them **{merged.middle:.2f} times** "
        f"({merged.low:.2f} to {merged.high:.2f}). Merged, there is nothing left to compute: how far that is from 1 is "
        f"chance. {_said_of_noise(times.noise(part))}The answers stay the same: with random numbers in A and B the "
        f"logits of both differ by {format_digits(ready.merged_differ_by, 1)} at most, where the largest is "
        f"{ready.largest_logit:.1f}. Rounding does that."
    )
    happened(
        f"{_flops_beside_the_clock(run, beside.middle)}What is merged serves one task; what stays beside can be "
        "changed from request to request."
    )


def _said_of_noise(noise: float) -> str:
    if noise < MUCH_NOISE:
        return ""
    return (
        f"**Here it is up to {noise:.0%}**: the machine has other work. Take no figure as closer than that; close "
        "other programs, or take more rounds. "
    )


def _flops_beside_the_clock(run: TimingRun, times_as_long: float) -> str:
    """Nothing where the model is not here any more."""
    try:
        share = lora_work_share(run)
    except ModelUnavailable:
        return ""
    return (
        f"By FLOPs that LoRA adds **{format_percent(share)}** to a token of {run.model}, by the clock "
        f"**{times_as_long - 1:.0%}**: the smaller a matrix, the more of its time goes into starting an operation, and "
        "LoRA starts more of them beside each. On a large model, or with many texts at once, the clock comes closer to "
        "the FLOPs. "
    )


def _time_rows(times: Times) -> list[dict]:
    rows = []
    for name, title in VARIANTS.items():
        row: dict = {"variant": title}
        for part in (PREFILL, DECODE):
            ratio = times.ratio(name, part)
            row[f"{part}, ms"] = round(times.seconds(name, part).middle * 1e3, 2)
            row[f"{part}, ×"] = round(ratio.middle, 3)
            row[f"{part}, quartiles"] = f"{ratio.low:.2f} to {ratio.high:.2f}"
        rows.append(row)
    return rows
