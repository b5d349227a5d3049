"""What each kind adds to a request's time: recorded, and measured here."""

from __future__ import annotations

import streamlit as st

from lib import ui
from lib.charts.lesson import weight_update as charts
from lib.engine import JobView
from lib.lesson.adapters.errors import AdapterError
from lib.lesson.adapters.kinds import kinds
from lib.lesson.adapters.timing import DECODE, PREFILL, VARIANTS, Ready, Timed, Times, TimingRun, recorded
from lib.models.catalogue import BUNDLED
from lib.models.device import this_machine
from lib.ui.kit import controls, jobs
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.problems import problem
from lib.ui.kit.tables import show_table
from lib.ui.kit.text import escape
from lib.units import number_of

KIND = "adapter-times"
FEWEST = 2
"""Rounds from which on a spread can be told."""
EXPECTED_S, LIMIT_S = 12.0, 240.0


def what_a_request_pays() -> list[dict]:
    """The rows to take away."""
    part = controls.segmented(
        "Time of", {DECODE: "one token more", PREFILL: "reading the prompt"}, DECODE, key="ad_part"
    )
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
    _say_what_a_request_costs(times, ready)
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
    with st.expander("More: sizes and rounds", icon=":material/tune:"):
        prompt = controls.pick("Tokens of the prompt", [32, 64, 128, 256], 128, key="ad_prompt")
        rank = controls.pick("LoRA rank", [1, 4, 8, 16, 64], 8, key="ad_t_rank")
        virtual = controls.pick("Virtual tokens", [1, 4, 16, 64], 16, key="ad_t_virtual")
        rounds = controls.slider("Rounds", 4, 40, 12, key="ad_rounds")
    try:
        run = TimingRun(BUNDLED, prompt_tokens=prompt, rank=rank, virtual_tokens=virtual, rounds=rounds)
    except AdapterError as error:
        problem(error)
    jobs.start_and_stop(KIND, "Measure it on this machine", _queue, run, icon="timer")


def _queue(run: TimingRun) -> None:
    jobs.submit(
        KIND,
        "lib.lesson.adapters.timing_job:time_adapters",
        run,
        expected_s=EXPECTED_S,
        time_limit_s=LIMIT_S,
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


def _say_what_a_request_costs(times: Times, ready: Ready) -> None:
    beside, merged = times.ratio("lora", DECODE), times.ratio("lora_merged", DECODE)
    happened(
        f"For one token more LoRA beside its matrices takes **{beside.middle:.2f} times** as long as no adapter "
        f"({beside.low:.2f} to {beside.high:.2f}), merged into them **{merged.middle:.2f} times** "
        f"({merged.low:.2f} to {merged.high:.2f}): there is nothing left to compute. The answers stay the same: with "
        f"random numbers in A and B the logits of both differ by {ready.merged_differ_by:.1g} at most, where the "
        f"largest is {ready.largest_logit:.1f}. Rounding does that."
    )
    st.markdown(
        "The extra FLOPs are a few per cent, the extra time is more: on a model this small each extra product costs "
        "mostly the start of an operation. On a large model, or with many texts at once, the time comes closer to the "
        "share of FLOPs. What is merged serves one task; what stays beside can be changed from request to request."
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
