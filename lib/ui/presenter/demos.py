"""Every demo with its link, in the order of the lecture."""

from __future__ import annotations

from itertools import groupby

import streamlit as st

from lib.lesson.presenting.demos import Demo, demos
from lib.ui.presenter.rehearsal import State, state_of

BEGINS_RECORDED = "on the projector it begins with a recorded run; S starts yours"


def list_demos() -> None:
    """Slide by slide: each topic's link, as a student and on the projector, the minutes, and what to do."""
    for slide, found in groupby(demos(), key=lambda demo: demo.slide):
        st.markdown(f"## {slide}\n" + "\n".join(map(_line, found)))


def _line(demo: Demo) -> str:
    links = f"[{demo.topic}]({demo.link}) · [on the projector]({demo.link_on_stage}) · {demo.minutes} min"
    return f"- {links}{readiness(demo)}  \n  {demo.do}"


def readiness(demo: Demo) -> str:
    """What the projector shows of its run before anything is pressed, to be put behind its name."""
    state = demo.run and state_of(demo.run)
    if state is State.READY:
        return " · :material/check_circle: its run is ready"
    if demo.recorded:
        return f" · :material/history: {BEGINS_RECORDED}"
    if state is State.RECORDED:
        return " · :material/history: a recorded run is at hand"
    return f" · :material/hourglass_top: its run: {state.value}" if state else ""
