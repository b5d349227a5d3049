"""The newest finished run of this browser, as the views beside Train and Own data use it."""

from __future__ import annotations

import streamlit as st

from lib.engine import JobView
from lib.training.out.record import RunRecord, record
from lib.ui.kit import controls, jobs
from lib.ui.training.own_data.view import TRAINING as OWN
from lib.ui.training.train.run import KIND as TRAIN
from lib.ui.training.train.run import told_by

RUNS = {TRAIN: "Train", OWN: "Own data"}
"""Where a run can have been started, by the kind of its job."""


def chosen_run() -> str:
    """The kind of the run that is looked at; it can be chosen where this browser has one of each."""
    here = {kind: title for kind, title in RUNS.items() if jobs.current(kind) is not None}
    if len(here) < 2:
        return next(iter(here), TRAIN)
    return controls.segmented("The run started in", here, TRAIN, key="run_of")


def newest_record(kind: str) -> RunRecord | None:
    """The newest run of this kind, once it is over and has learnt something."""
    view = jobs.current(kind)
    if view is None or view.state.active or told_by(view).finished is None:
        return None
    return record(view.argument, (*view.argument.earlier, *view.events))


def marked_record(kind: str) -> RunRecord | None:
    """The same, with what is to be said of the run: for a view in which nothing else tells of it."""
    record = newest_record(kind)
    if record is not None:
        jobs.say_of_run(jobs.current(kind))
    return record


def nothing_yet(kind: str, what: str) -> None:
    """What to do where there is no finished run; while one goes, the page is drawn anew as soon as it is over."""
    view = jobs.current(kind)
    if view is None or not view.state.active:
        st.info(
            f"Choose **Train** above and press Start: {what} will be here afterwards.", icon=":material/arrow_upward:"
        )
        return

    def draw_coming(now: JobView) -> None:
        planned = now.argument.steps
        st.progress(told_by(now).step / planned, f"Your run is not over yet; {what} will be here when it is.")

    jobs.live(kind, draw_coming)
