"""Which run is taken along: the newest of Train or Own data, or one of a comparison."""

from __future__ import annotations

import streamlit as st

from lib.training.comparing.records import records
from lib.training.out.record import RunRecord
from lib.ui.kit import controls, jobs
from lib.ui.training.compare import methods_side_by_side, sweep
from lib.ui.training.newest import RUNS, marked_record, nothing_yet
from lib.ui.training.train.run import KIND as TRAIN

COMPARED = {methods_side_by_side.KIND: "Compare", sweep.KIND: "Compare: the sweep"}


def chosen_record() -> RunRecord | None:
    """The run to take along; where there is none yet, what to do for it is said."""
    several = {kind: found for kind in COMPARED if (found := _records(kind))}
    titles = {kind: title for kind, title in RUNS.items() if jobs.current(kind) is not None}
    titles |= {kind: title for kind, title in COMPARED.items() if kind in several}
    kind = next(iter(titles), TRAIN)
    if len(titles) > 1:
        kind = controls.segmented("The run started in", titles, kind, key="out_run_of")
    if kind in several:
        jobs.say_of_run(jobs.current(kind))
        return several[kind][st.selectbox("Which of its runs", list(several[kind]), key=f"out_run:{kind}")]
    record = marked_record(kind)
    if record is None:
        nothing_yet(kind, "its files")
    return record


def _records(kind: str) -> dict[str, RunRecord]:
    view = jobs.current(kind)
    return records(view.argument, view.events) if view else {}
