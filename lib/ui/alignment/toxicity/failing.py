"""Examples of how each filter fails."""

from __future__ import annotations

import streamlit as st

from lib.alignment.toxicity.texts import KINDS, Labelled
from lib.ui.alignment.toxicity.filters import Filters, filter_and_draw
from lib.ui.kit.text import escape

SHOWN = 3


def how_each_fails() -> list[dict]:
    return filter_and_draw(_draw_failures)


def _draw_failures(filters: Filters) -> None:
    scored = list(zip(filters.scored.texts, filters.scored.scores, strict=True))
    words = filters.words
    by_list = [
        (text, f"“{', '.join(words.found(text.text))}” is listed") for text, _ in scored if words.flags(text.text)
    ]
    surest = sorted(scored, key=lambda each: each[1])
    passing = [(text, f"P(rude) {score:.0%}") for text, score in surest if score < filters.threshold]
    flagged = [(text, f"P(rude) {score:.0%}") for text, score in reversed(surest) if score >= filters.threshold]
    silent = [(text, "no listed word") for text, _ in scored if not words.flags(text.text)]
    for title, alarms, misses in (("The word list", by_list, silent), ("The classifier", flagged, passing)):
        st.markdown(f"### {title}")
        left, right = st.columns(2)
        with left:
            _show("Harmless, and flagged", filters, [each for each in alarms if not each[0].rude])
        with right:
            _show("Rude, and passed", filters, [each for each in misses if each[0].rude])
    st.caption(
        "In rude texts listed words are masked. The classifier’s worst errors come first; those of the list are in the "
        "order of the texts."
    )


def _show(title: str, filters: Filters, found: list[tuple[Labelled, str]]) -> None:
    st.markdown(f"**{title}: {len(found)}**")
    for text, why in found[:SHOWN]:
        with st.container(border=True):
            st.markdown(f"{escape(filters.shown(text))}  \n:gray[{escape(why)} · {KINDS[text.kind]}]")
    if len(found) > SHOWN:
        st.caption(f"And {len(found) - SHOWN} more; all are in the files below.")
