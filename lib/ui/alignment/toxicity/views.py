"""The views of the chapter on toxicity: one at a time, each with a sentence that says what it is for."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from lib.ui.alignment.toxicity.failing import how_each_fails
from lib.ui.alignment.toxicity.filters import Filters, filter_and_draw
from lib.ui.alignment.toxicity.matrices import two_filters
from lib.ui.alignment.toxicity.own import LABELS, ask_for_texts, my_texts, taking_out
from lib.ui.alignment.toxicity.price import threshold_and_price
from lib.ui.kit import controls
from lib.ui.kit.tables import show_table


def your_texts() -> list[dict]:
    return filter_and_draw(_draw_own)


VIEWS: dict[str, tuple[str, Callable[[], list[dict]]]] = {
    "Two filters": (
        "A list of words, and a classifier that has learnt from examples: what each gets wrong.",
        two_filters,
    ),
    "Who pays": ("Where to draw the line, and who pays for which error.", threshold_and_price),
    "How each fails": ("A harmless sentence flagged, a veiled insult passed.", how_each_fails),
    "Your texts": ("Write what fools a filter; then let the classifier learn from it.", your_texts),
}


def chosen_view() -> list[dict]:
    """The choice of a view, and the view; the rows to take away."""
    return controls.one_view(VIEWS, key="tx_view")


def _draw_own(filters: Filters) -> None:
    ask_for_texts()
    mine = my_texts()
    if not mine:
        st.info(
            "Try a harmless sentence with a listed word, and an insult without any. Write nothing that you would not "
            "show to the person beside you.",
            icon=":material/edit:",
        )
        return
    score_of = dict(zip(filters.scored.texts, filters.scored.scores, strict=True))
    show_table(
        [
            {
                "Your text": filters.shown(each),
                "You say": LABELS[each.rude],
                "Word list": "flags" if filters.words.flags(each.text) else "passes",
                "P(rude)": f"{score_of[each]:.0%}" if each in score_of else "train again",
                "Classifier": ("flags" if score_of[each] >= filters.threshold else "passes")
                if each in score_of
                else "",
            }
            for each in mine
        ],
        alt="Your texts, and what both filters do with them",
    )
    for number, each in enumerate(mine):
        taking_out(number, each)
