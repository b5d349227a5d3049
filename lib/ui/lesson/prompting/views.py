"""The views of the chapter on prompting: one at a time, each with a sentence that says what it is for."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from lib.ui.kit import controls
from lib.ui.lesson.prompting import examples, orders, own, ways

VIEWS: dict[str, tuple[str, Callable[[], list[dict]]]] = {
    "How many examples": ("The same task with 0 to 8 worked examples in the prompt.", examples.how_many_examples),
    "Order and wording": ("The same examples in another order, the same request in other words.", orders.same_but),
    "Your sentence": ("Write a sentence, and see the whole prompt and what the model makes of it.", own.ask_own),
    "Hard, soft, LoRA": ("One task, three ways: written, learnt as vectors, learnt as an adapter.", ways.three_ways),
}


def chosen_view() -> list[dict]:
    """The choice of a view, and the view; the rows to take away."""
    name = controls.segmented("View", {name: name for name in VIEWS}, next(iter(VIEWS)), key="pr_view")
    purpose, draw = VIEWS[name]
    st.caption(purpose)
    return draw()
