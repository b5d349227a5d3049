"""A recorded run in place of one's own, on a projector only and marked as such.

It is there for when the model is slow, or away; and a demo's link opens with it, so that its point is on the screen
before anything is pressed. One key takes it away or brings it back, another starts the run itself.
"""

from __future__ import annotations

import streamlit as st

from lib.engine import JobState, JobView
from lib.engine.recording import Recording
from lib.lesson.presenting.demos import about_of
from lib.lesson.presenting.recorded import kind_of, recorded_kinds, recorded_names, recording
from lib.ui.kit.presenting.stage import presenting
from lib.ui.kit.weights import came_through
from lib.units import format_duration

ASKED = "recorded"
"""`recorded=lora` in a projector's link: the run of this name is shown from the start, unless there is one of one's
own. Several names have commas between them."""
ON = "presenting_recorded"
"""Whether recorded runs are shown now, once a key has said so."""
SHOWN = "presenting_shown"
"""Kinds of jobs of which this page shows a recorded run."""
OWN = "presenting_own"
"""Kinds of which a run of one's own was started that is about a recorded one."""
LIVE = "presenting_live"
"""The kind of job that a key starts: the first on the page that has a recorded run."""
ASKED_FOR = "presenting_kinds"
"""Kinds of jobs that this page has looked for and of which a recording is here."""
MARK, START_KEY = "recorded-", "S"
NOW, THEN = "here and now", "in the recorded run, not now"


def recorded_view(kind: str, *, has_own: bool) -> JobView | None:
    """The recorded run of this kind as a job that is done, if a projector shows it now.

    has_own  whether this browser has a run of this kind: a link does not cover that, a key does
    """
    if not presenting() or kind not in recorded_kinds():
        return None
    st.session_state.setdefault(ASKED_FOR, set()).add(kind)
    shown, asked = st.session_state.setdefault(SHOWN, set()), _asked_by_link(kind)
    on = st.session_state.get(ON, asked is not None and not has_own)
    if not on or kind in st.session_state.get(OWN, ()):
        shown.discard(kind)
        return None
    shown.add(kind)
    name = asked or kind
    told = recording(name)
    return JobView(f"{MARK}{name}", kind, JobState.DONE, told.events, 0, 0.0, told.elapsed_s, None, told.argument)


def shows_recorded() -> bool:
    """Whether what this page shows of a run was recorded."""
    return presenting() and bool(st.session_state.get(SHOWN))


def when_measured() -> str:
    """For a sentence about a run's figures: when they were measured."""
    return THEN if shows_recorded() else NOW


def is_recorded(view: JobView | None) -> bool:
    return view is not None and view.id.startswith(MARK)


def say_recorded_run(view: JobView) -> bool:
    """Mark a recorded run as such; whether it is one."""
    if not is_recorded(view):
        return False
    with st.container(key=f"stage_recorded_run_{view.kind}"):  # which the projector's script brings into view
        st.warning(_how(recording(view.id.removeprefix(MARK))), icon=":material/history:")
    return True


def _how(told: Recording) -> str:
    through = came_through(told.weights_by_way_of, told.kind)
    return (
        f"**Recorded, not computed now**: {told.date}, {told.device}, torch {told.versions['torch']}, transformers "
        f"{told.versions['transformers']}. The run took {format_duration(told.elapsed_s)} there. "
        + (f"{through} " if through else "")
        + (f"{START_KEY} runs it now, B goes back." if st.session_state.get(LIVE) == told.kind else "B goes back.")
    )


def live_key(kind: str) -> str | None:
    """The key for the button that starts a run of this kind; None if it has none."""
    if not presenting() or kind not in recorded_kinds():
        return None
    return START_KEY if st.session_state.setdefault(LIVE, kind) == kind else None


def ask_anew() -> None:
    """Before a page is drawn: what is on it now says so itself, and one of its buttons takes the key."""
    for name in (SHOWN, LIVE):
        st.session_state.pop(name, None)


def forget_recorded() -> None:
    """On another page, at another demo of this one, or once a run of one's own is started in its place."""
    for name in (ON, ASKED_FOR, SHOWN, OWN, LIVE):
        st.session_state.pop(name, None)


def give_way(kind: str) -> None:
    """To a run of one's own. The recorded runs that it is about, if they are shown, stay."""
    if st.session_state.get(SHOWN, set()) & set(about_of(kind)):
        st.session_state.setdefault(OWN, set()).add(kind)
    else:
        forget_recorded()


def _asked_by_link(kind: str) -> str | None:
    """The name of the recorded run of this kind that the link asks for, if it is here."""
    names = st.query_params.get(ASKED, "").split(",")
    return next((name for name in names if kind_of(name) == kind and name in recorded_names()), None)


def recorded_key() -> None:
    """Once the page is drawn: the key for its recorded run, if it has one."""
    if st.session_state.get(ASKED_FOR):
        on = bool(st.session_state.get(SHOWN))
        st.button("No recording" if on else "Recorded run", key="stage_recorded", shortcut="B", on_click=_switch)


def _switch() -> None:
    st.session_state[ON] = not st.session_state.get(SHOWN)
    st.session_state.pop(OWN, None)
