"""Every demo with its link, in the order of the lecture."""

from __future__ import annotations

from itertools import groupby

import streamlit as st

from lib.lesson.presenting.demos import Demo, demos
from lib.ui.presenter.rehearsal import State, state_of


def list_demos() -> None:
    """Slide by slide: each topic's link, as a student and on the projector, the minutes, and what to do."""
    for slide, found in groupby(demos(), key=lambda demo: demo.slide):
        st.markdown(f"## {slide}\n" + "\n".join(map(_line, found)))


def _line(demo: Demo) -> str:
    links = f"[{demo.topic}]({demo.link}) · [on the projector]({demo.link_on_stage}) · {demo.minutes} min"
    return f"- {links}{_readiness(demo)}  \n  {demo.do}"


def _readiness(demo: Demo) -> str:
    if demo.run is None:
        return ""
    state = state_of(demo.run)
    return {
        State.READY: " · :material/check_circle: its run is ready",
        State.RECORDED: " · :material/history: a recorded run is at hand",
    }.get(state, f" · :material/hourglass_top: its run: {state.value}")
