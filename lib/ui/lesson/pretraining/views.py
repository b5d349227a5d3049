"""The views of the page on the next token, and the one that is chosen."""

from __future__ import annotations

from collections.abc import Callable

from lib.ui.kit import controls
from lib.ui.lesson.pretraining import cut, game, hand, kopi, reads, shape

VIEWS: dict[str, tuple[str, Callable[[], list[dict]]]] = {
    "read": ("The model reads", reads.the_model_reads),
    "shape": ("Shape its choice", shape.shape_its_choice),
    "guess": ("Be the model", game.be_the_model),
    "hand": ("Loss by hand", hand.loss_by_hand),
    "cut": ("Tokens", cut.cut_into_tokens),
    "kopi": ("Kopi blanks", kopi.blanks_before_tuning),
}


def chosen_view() -> Callable[[], list[dict]]:
    """The view that the student looks at; it returns the rows to take away."""
    titles = {name: title for name, (title, _) in VIEWS.items()}
    return VIEWS[controls.segmented("Look at", titles, "read", key="nt_view")][1]
