"""The views of Live LoRA: one at a time, each with a sentence that says what it is for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from lib.ui.kit import controls
from lib.ui.training.compare.view import draw_compare
from lib.ui.training.inside.kept import keep_newest
from lib.ui.training.inside.view import draw_inside
from lib.ui.training.out.view import draw_out
from lib.ui.training.own_data.view import draw_own_data
from lib.ui.training.train.view import draw_train
from lib.ui.training.weigh.view import draw_weigh


@dataclass(frozen=True)
class View:
    purpose: str
    draw: Callable[[], None]


VIEWS = {
    "Train": View("One press of Start: an adapter learns to order kopi, or other texts, while you watch.", draw_train),
    "Compare": View("Up to four ways side by side: what each learns, costs and forgets.", draw_compare),
    "Own data": View("Your texts: see every token that the model will see, then train on them and ask.", draw_own_data),
    "Inside": View("Open the adapter: what it adds, turned up and down, mixed, merged and counted.", draw_inside),
    "Weigh it": View(
        "What does one training step hold in memory? Weigh a real one, and test the memory calculator with it.",
        draw_weigh,
    ),
    "Out": View("Take your run with you: its adapter, its model, and a program that repeats it.", draw_out),
}


def chosen_view() -> None:
    """The choice of a view, and the view."""
    name = controls.segmented("View", {name: name for name in VIEWS}, "Train", key="view")
    st.caption(VIEWS[name].purpose)
    keep_newest()
    VIEWS[name].draw()
