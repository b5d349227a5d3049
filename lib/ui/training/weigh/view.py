"""Weigh it: the student tests the memory calculator on a real training step."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lib import ui
from lib.charts.training import weigh as charts
from lib.engine import JobState, JobView
from lib.training.weigh.weighing import HERE, Comparison, Parts, Weighed, Weighing, calculated, compared
from lib.ui.kit import jobs
from lib.ui.kit.exports import Rows
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.presenting.recorded_run import when_measured
from lib.ui.kit.tables import show_table
from lib.ui.kit.text import escape
from lib.ui.training.weigh.controls import weighing_controls
from lib.units import MB, number_of

KIND = "weigh"
CLOSE = 0.01
"""A calculator that is off by less is called right."""


def draw_weigh() -> None:
    controls, stage = st.columns([1, 2], gap="large")
    with controls:
        buttons = st.container()
        wanted = weighing_controls()
        with buttons:
            jobs.start_and_stop(KIND, "Weigh it", _queue_weighing, wanted, icon="scale")
    with stage:
        current = jobs.current(KIND)
        if wanted and (current is None or not current.events or not _is_of(current, wanted)):
            _before(wanted)
        jobs.live(KIND, lambda view: _draw_weighed(view, wanted))
    rows = _weighed_as_rows(_comparisons(current), current.argument.held_in) if current else None
    ui.take_away("live_lora", rows=rows, name="weighed")


def _queue_weighing(weighing: Weighing) -> None:
    name = "lib.training.weigh.measuring:weigh"
    times = {"expected_s": weighing.expected_s, "time_limit_s": max(600, 4 * weighing.expected_s)}
    jobs.submit(KIND, name, weighing, **times, model=weighing.model)


def _is_of(view: JobView, wanted: Weighing | None) -> bool:
    """Whether the set-up that is asked for now is the one that was weighed."""
    return wanted is None or view.argument == wanted


def _before(wanted: Weighing) -> None:
    """What the calculator says, before anything is measured."""
    says = calculated(wanted.architecture, wanted.setup, wanted.held_in)
    st.metric("The calculator says this step will keep", f"{says.kept_bytes / MB:,.1f} MB")
    st.markdown(
        "The forward pass leaves tensors behind that the backward pass needs. Press **Weigh it**: a real step runs, "
        "and every tensor that PyTorch keeps is counted. Then the same step with one thing changed, "
        f"{number_of(len(wanted.variants()) - 1, 'time')}."
    )


def _comparisons(view: JobView) -> tuple[Comparison, ...]:
    weighed = [each for each in view.events if isinstance(each, Weighed)]
    return tuple(compared(view.argument.architecture, each) for each in weighed)


def _draw_weighed(view: JobView, wanted: Weighing | None) -> None:
    rows = _comparisons(view)
    if rows and not _is_of(view, wanted):
        setup = view.argument.setup
        model, texts = escape(view.argument.model), f" × {setup.batch} texts" if setup.batch > 1 else ""
        st.caption(
            f":material/history: What follows was weighed before, of another set-up: {model}, {setup.sequence} tokens"
            f"{texts}."
        )
    if not rows:
        if view.state is JobState.RUNNING:
            st.progress(0.0, "Loading the model, then one real step")
        return
    st.plotly_chart(charts.kept_bytes(rows), key="weighed", alt=charts.describe_kept_bytes(rows))
    planned = len(view.argument.variants())
    if view.state is JobState.RUNNING:
        st.progress(len(rows) / planned, f"{len(rows)} of {planned} set-ups weighed")
        return
    st.caption(
        f":material/speed: **Measured** {when_measured()}, the base held in "
        f"{view.argument.held_in.removesuffix('-double')}, with PyTorch's `saved_tensors_hooks`. "
        ":material/function: **Calculated** by the memory calculator's code from the model's config.json alone."
    )
    _verdict(rows)
    _bytes_by_part(rows[0])


def _verdict(rows: Sequence[Comparison]) -> None:
    """Whether the calculator is right, and what pays, in the figures of this very step."""
    here = rows[0]
    if abs(here.error) <= CLOSE:
        happened(f"**The calculator is right to {abs(here.error):.2%}** for your set-up.")
    elif here.setup.adapter_dropout:
        happened(
            f"**The calculator is {abs(here.error):.0%} too low here.** It counts for a GPU, where a dropout mask "
            "takes 1 byte for each element; on a processor PyTorch keeps it in 4."
        )
    else:
        happened(f"**The calculator is off by {here.error:+.1%}** for your set-up: you have found a gap in it.")
    others = sorted(rows[1:], key=lambda row: row.measured.kept_bytes)
    said = [f"{row.name} {_change(row, here)}" for row in others]
    if said:
        happened(f"What pays, from most to least: {'; '.join(said)}.")


def _change(row: Comparison, here: Comparison) -> str:
    saved = row.saves(here)
    return f"**−{saved:.0%}**" if saved >= 0 else f"**+{-saved:.0%}**"


def _bytes_by_part(row: Comparison) -> None:
    """All that the step holds, kept tensors beside weights, gradients and optimizer."""
    st.markdown(f"Everything one step holds, with {HERE}:")
    names = {
        "kept_bytes": "Kept for the backward pass",
        "weights_bytes": "Weights, adapter included",
        "gradients_bytes": "Gradients",
        "optimizer_bytes": "AdamW's two moments",
        "total_bytes": "All of them",
    }
    table = [
        {"Part": title, "Measured (MB)": _mb(row.measured, part), "Calculated (MB)": _mb(row.calculated, part)}
        for part, title in names.items()
    ]
    show_table(table, alt="Parts of one step's memory, measured and calculated")


def _mb(parts: Parts, name: str) -> float:
    return round(getattr(parts, name) / MB, 2)


def _weighed_as_rows(comparisons: Sequence[Comparison], held_in: str) -> Rows:
    return [
        {
            "set_up": row.name,
            "base_held_in": held_in,
            "batch": row.setup.batch,
            "sequence": row.setup.sequence,
            "method": row.setup.method,
            "targets": row.setup.targets if row.setup.method == "lora" else "",
            "rank": row.setup.rank if row.setup.method == "lora" else None,
            "checkpointing": row.setup.checkpointing,
            "measured_kept_bytes": row.measured.kept_bytes,
            "calculated_kept_bytes": round(row.calculated.kept_bytes),
        }
        for row in comparisons
    ]
