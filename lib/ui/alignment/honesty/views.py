"""The views of the chapter on honesty: one at a time, each with a sentence that says what it is for."""

from __future__ import annotations

from collections.abc import Callable

from lib.ui.alignment.honesty.silence import when_to_be_silent
from lib.ui.alignment.honesty.sureness import fact_by_fact, how_sure_how_right
from lib.ui.alignment.honesty.wordings import what_it_says
from lib.ui.kit import controls

VIEWS: dict[str, tuple[str, Callable[[], list[dict]]]] = {
    "What it says": ("Twenty answers, and how sure it says it is of them, asked in several ways.", what_it_says),
    "How sure, how right": ("A model that says 80% should be right in 80 of 100 such answers.", how_sure_how_right),
    "Fact by fact": ("Every question with its answer, its probability, and what the model says of it.", fact_by_fact),
    "When to be silent": ("From which confidence on should it answer at all?", when_to_be_silent),
}


def chosen_view() -> list[dict]:
    """The choice of a view, and the view; the rows to take away."""
    return controls.one_view(VIEWS, key="ho_view")
