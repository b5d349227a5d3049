"""A comparison as it goes: started, stopped, taken up again after a stop or a lost worker."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lib.engine import JobState, JobView
from lib.training.comparing.comparison import Comparison
from lib.training.comparing.outcomes import Column, columns
from lib.ui.kit import jobs
from lib.ui.kit.text import escape
from lib.units import format_expected, number_of


def queue_comparison(kind: str, comparison: Comparison) -> None:
    model = comparison.settings[0].run.model  # all runs share it
    times = {"expected_s": comparison.expected_s, "time_limit_s": comparison.time_limit_s}
    jobs.submit(kind, "lib.training.comparing.job:compare", comparison, **times, model=model)


def how_long(comparison: Comparison | None) -> None:
    """Before a comparison is started: how many runs it is, and how long they take."""
    if comparison is None:
        return
    runs = len(comparison.settings) * len(comparison.seeds)
    count = "1 run" if runs == 1 else f"{runs} runs"
    st.caption(
        f":material/schedule: {count}, about {format_expected(comparison.expected_s)} on two processor cores with "
        "nobody else there."
    )


def found_by(view: JobView) -> tuple[Column, ...]:
    return columns(view.argument, view.events)


def progress_line(view: JobView, found: Sequence[Column]) -> None:
    """How far all runs together have come; after an end halfway, the way on."""
    comparison: Comparison = view.argument
    planned = len(comparison.settings) * len(comparison.seeds)
    over = sum(len(column.whole) + len(column.failures) for column in found)
    if view.state.active:
        now = next((column for column in found if column.running), None)
        at = f": {escape(now.setting.label)}, step {now.running.step} of {now.setting.run.steps}" if now else ""
        if view.state is JobState.RUNNING and not now:  # seconds, where weights are rounded to 4 bits or taken apart
            at = ": the model is being made ready"
        st.progress(min(1.0, over / planned), f"Run {min(over + 1, planned)} of {planned}{at}")
        return
    left = comparison.going_on(view.events)
    if left is not None:
        st.button(
            f"Go on with what is left: {number_of(planned - over, 'run')}",
            key=f"{view.kind}-go-on",
            on_click=queue_comparison,
            args=(view.kind, left),
            icon=":material/resume:",
        )
