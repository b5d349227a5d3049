"""The rehearsal: every run that a demo starts, started once before the lesson, so that it is ready when its page opens.

A run belongs to this browser, so rehearse in the one that will be at the projector. What is submitted is what the
demo's button would submit; the recording of the run knows it.
"""

from __future__ import annotations

from enum import StrEnum

import streamlit as st

from lib.engine import JobState
from lib.lesson.presenting.demos import Demo, demos
from lib.lesson.presenting.recorded import recorded_kinds, recorded_s, recording
from lib.models.catalogue import REAL
from lib.ui.kit import jobs
from lib.ui.kit.problems import problem
from lib.ui.kit.tables import show_table
from lib.units import format_duration

ON = "rehearsing"
TRIED = "rehearsed"
"""Kinds of runs that this rehearsal has started: none twice, also if it failed."""
EVERY_S = 2


class State(StrEnum):
    """Of a demo's run in this browser."""

    READY = "ready"
    RUNNING = "running"
    WAITING = "waiting"
    STOPPED = "stopped"
    FAILED = "failed"
    RECORDED = "not run; recorded"
    NOTHING = "not run"


def state_of(kind: str) -> State:
    view = jobs.current(kind)
    if view is None:
        return State.RECORDED if kind in recorded_kinds() else State.NOTHING
    return State.READY if view.state is JobState.DONE else State(view.state.value)


def runs() -> tuple[Demo, ...]:
    """The demos that start a run, one for each kind, in the order of the lecture."""
    return tuple({demo.run: demo for demo in reversed(demos()) if demo.run}.values())[::-1]


def rehearse() -> None:
    """The button, and what is ready."""
    told = demos()
    at_once = sum(demo.run is None for demo in told)
    st.markdown(
        f"{len(told)} demos, planned for {sum(demo.minutes for demo in told)} minutes. {at_once} of them need no run "
        "and are ready as they are. The others start one; rehearse in the browser that will be at the projector, and "
        "leave this page open until all are ready."
    )
    going = bool(st.session_state.get(ON))
    with st.container(horizontal=True):
        st.button("Start every run once", type="primary", icon=":material/play_arrow:", disabled=going, on_click=_start)
        st.button("Stop the rehearsal", icon=":material/stop:", disabled=not going, on_click=_stop)
    _going_through(going)


def _start() -> None:
    st.session_state[ON] = True
    st.session_state[TRIED] = set()


def _stop() -> None:
    st.session_state[ON] = False
    for demo in runs():
        jobs.stop(demo.run)


def _going_through(going: bool) -> None:
    @st.fragment(run_every=EVERY_S if going else None)
    def part() -> None:
        if going and not _next_started():
            st.session_state[ON] = False
            st.rerun()
        _say_standing()

    part()


def _next_started() -> bool:
    """Start the first run that is not ready and was not tried, unless one goes; False once nothing is left to do."""
    states = {demo.run: state_of(demo.run) for demo in runs()}
    if {State.RUNNING, State.WAITING} & set(states.values()):
        return True
    for kind, state in states.items():
        if state is not State.READY and kind not in st.session_state[TRIED] and (told := recording(kind)):
            st.session_state[TRIED].add(kind)
            jobs.submit(
                kind,
                told.function,
                told.argument,
                expected_s=told.expected_s,
                time_limit_s=told.time_limit_s,
                model=REAL if told.wide else None,
                wide=told.wide,
            )
            return True
    return False


def _say_standing() -> None:
    found = [(demo, state_of(demo.run)) for demo in runs()]
    ready = sum(state is State.READY for _, state in found)
    still_s = sum(recorded_s(demo.run) or 0.0 for demo, state in found if state is not State.READY)
    st.markdown(
        f"**{ready} of {len(found)} runs are ready.** "
        + (f"The others took {format_duration(still_s)} where they were recorded." if still_s else "")
    )
    rows = [_row(demo, state) for demo, state in found]
    show_table(rows, alt="The runs of the demos, and which are ready", height="content")
    for demo, _ in found:
        if told := st.session_state.get(f"{demo.run}:problem"):
            problem(told)


def _row(demo: Demo, state: State) -> dict[str, str]:
    view, recorded = jobs.current(demo.run), recorded_s(demo.run)
    return {
        "State": state.value,
        "Here": format_duration(view.elapsed_s) if state is State.READY else "–",
        "Recorded": "–" if recorded is None else format_duration(recorded),
        "Demo": f"{demo.chapter.title}: {demo.topic}",  # last: on a phone the others stay in sight
    }
