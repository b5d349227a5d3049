"""A recorded run in place of one's own, on a projector only and marked as such: for when the model is slow, or away."""

from __future__ import annotations

import streamlit as st

from lib.engine import JobState, JobView
from lib.engine.recording import Recording
from lib.lesson.presenting.recorded import recorded_kinds, recording
from lib.ui.kit.presenting.stage import presenting
from lib.units import format_duration

ON = "presenting_recorded"
"""Whether recorded runs are shown now."""
ASKED_FOR = "presenting_kinds"
"""Kinds of jobs that this page has looked for and of which a recording is here."""
MARK = "recorded-"
NOW, THEN = "here and now", "in the recorded run, not now"


def recorded_view(kind: str) -> JobView | None:
    """The recorded run of this kind as a job that is done, if a projector shows recorded runs now."""
    if not presenting() or kind not in recorded_kinds():
        return None
    st.session_state.setdefault(ASKED_FOR, set()).add(kind)
    if not st.session_state.get(ON):
        return None
    told = recording(kind)
    return JobView(f"{MARK}{kind}", kind, JobState.DONE, told.events, 0, 0.0, told.elapsed_s, None, told.argument)


def shows_recorded() -> bool:
    """Whether what this page shows of a run was recorded."""
    return presenting() and bool(st.session_state.get(ON) and st.session_state.get(ASKED_FOR))


def when_measured() -> str:
    """For a sentence about a run's figures: when they were measured."""
    return THEN if shows_recorded() else NOW


def say_recorded_run(view: JobView) -> bool:
    """Mark a recorded run as such; whether it is one."""
    if not view.id.startswith(MARK):
        return False
    with st.container(key=f"stage_recorded_run_{view.kind}"):  # which the projector's script brings into view
        st.warning(_how(recording(view.kind)), icon=":material/history:")
    return True


def _how(told: Recording) -> str:
    return (
        f"**Recorded, not computed now**: {told.date}, {told.device}, torch {told.versions['torch']}, transformers "
        f"{told.versions['transformers']}. The run took {format_duration(told.elapsed_s)} there. B goes back."
    )


def forget_recorded() -> None:
    """On another page, or once a run of one's own is started."""
    st.session_state.pop(ON, None)
    st.session_state.pop(ASKED_FOR, None)


def recorded_key() -> None:
    """Once the page is drawn: the key for its recorded run, if it has one."""
    if st.session_state.get(ASKED_FOR):
        on = bool(st.session_state.get(ON))
        st.button("No recording" if on else "Recorded run", key="stage_recorded", shortcut="B", on_click=_switch)


def _switch() -> None:
    st.session_state[ON] = not st.session_state.get(ON)
