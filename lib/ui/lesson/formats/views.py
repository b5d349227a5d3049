"""The views of the chapter on prompt formats: one at a time, each with a sentence that says what it is for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from lib.ui.kit import controls
from lib.ui.lesson.formats import breaking, injecting, learning, own, writing
from lib.ui.lesson.formats.taken import Taken


@dataclass(frozen=True)
class View:
    purpose: str
    draw: Callable[[], Taken]


VIEWS = {
    "Write it": View("A chat is one text. Edit the turns, and see what a model is really given.", writing.view),
    "What breaks": View(
        "Your conversation in the right format and in four wrong ones, answered and scored.", breaking.view
    ),
    "Injection": View("What if a user types the special tokens?", injecting.view),
    "Your own": View("Paste a template, or repair one.", own.view),
    "Learn one, ask another": View("Fine-tune in one format, then ask in another.", learning.view),
}


def chosen_view() -> Taken:
    """The choice of a view, the view, and what it leaves to be taken home."""
    name = controls.segmented("View", {name: name for name in VIEWS}, "Write it", key="formats_view")
    st.caption(VIEWS[name].purpose)
    return VIEWS[name].draw()
