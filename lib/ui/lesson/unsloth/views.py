"""The views of the activity: one at a time, each with a sentence that says what it is for."""

from __future__ import annotations

from collections.abc import Callable

from lib.ui.kit import controls
from lib.ui.lesson.unsloth.back import bring_it_back
from lib.ui.lesson.unsloth.cards import which_card
from lib.ui.lesson.unsloth.changes import what_it_changes
from lib.ui.lesson.unsloth.claims import claimed_and_counted
from lib.ui.lesson.unsloth.notebook import step_by_step

VIEWS: dict[str, tuple[str, Callable[[], list[dict]]]] = {
    "What it changes": (
        "One change after the other: what each spares, and that the loss stays the same.",
        what_it_changes,
    ),
    "Claims": ("What is published, with date and set-up, beside the memory calculator's figures.", claimed_and_counted),
    "Your GPU": ("Does your card do it, in which 16-bit type, and does LoRA fit or only QLoRA?", which_card),
    "The notebook": ("Your settings from Live LoRA as a notebook: each step, and what to look for.", step_by_step),
    "Bring it back": ("The adapter and the log of your GPU run, read here and set beside your run.", bring_it_back),
}


def chosen_view() -> list[dict]:
    """The choice of a view, and the view; the rows to take away."""
    return controls.one_view(VIEWS, key="un_view")
