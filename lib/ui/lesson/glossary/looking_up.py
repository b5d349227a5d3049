"""Searching the glossary, or leafing through it by letters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import streamlit as st

from lib import ui
from lib.curriculum import COURSE, chapter
from lib.lesson.glossary.searching import did_you_mean, look_up
from lib.lesson.glossary.terms import Term, bare, glossary
from lib.lesson.summary.document import glossary_document
from lib.ui.kit.words import SEARCH, look_up_link

EVERYTHING = "The whole course"
LETTERS = ("0-A", "B", "C", "D-E", "F-G", "H-K", "L-N", "O-P", "Q-R", "S", "T-Z")
"""Each about as long as the others; what begins with a digit stands before A."""
MOST_SHOWN = 40
MOST_CHARACTERS = 80


def look_terms_up() -> list[dict[str, Any]]:
    """The search, what it finds, and the same as rows for a file."""
    left, right = st.columns([2, 1])
    with left:
        words = ui.text(
            "Search",
            "",
            key=SEARCH,
            max_chars=MOST_CHARACTERS,
            placeholder="A word, an abbreviation, or what it is about",
            icon=":material/search:",
        )
    with right:
        groups = [group for group in COURSE if any(chapter(each.chapter).group == group for each in glossary())]
        group = ui.select("Of the chapters", [EVERYTHING, *groups], EVERYTHING, key="gl_group")
    found = [each for each in look_up(words) if group in (EVERYTHING, chapter(each.chapter).group)]
    _show_terms(words.strip(), found)
    st.download_button(
        f"Print {len(found)} {'term' if len(found) == 1 else 'terms'} (HTML)",
        lambda: glossary_document(found, words.strip()),
        "glossary.html",
        "text/html",
        icon=":material/print:",
        on_click="ignore",
        disabled=not found,
    )
    return [_row(each) for each in found]


def _show_terms(words: str, found: list[Term]) -> None:
    if words:
        _say_what_was_found(words, found)
        _two_columns(found[:MOST_SHOWN])
        return
    letters = ui.segmented("Letters", list(LETTERS), LETTERS[0], key="gl_letters", label_visibility="collapsed")
    here = [each for each in found if _in_letters(each, letters)]
    if not here:
        st.markdown("No term of these chapters begins with these letters.")
    _two_columns(here)


def _say_what_was_found(words: str, found: list[Term]) -> None:
    said = ui.escape(words)
    if len(found) > MOST_SHOWN:
        st.markdown(f"**{len(found)} terms** for “{said}”; the {MOST_SHOWN} that fit best:")
    elif found:
        st.markdown(f"**{len(found)} {'term' if len(found) == 1 else 'terms'}** for “{said}”:")
    else:
        close = did_you_mean(words)
        st.markdown(f"No term here goes by “{said}”, and none is described with it." + (" Perhaps:" if close else ""))
        for each in close:
            look_up_link(each)


def _two_columns(terms: Sequence[Term]) -> None:
    """Down the first column, then down the second."""
    half = (len(terms) + 1) // 2
    for place, part in zip(st.columns(2, gap="large"), (terms[:half], terms[half:]), strict=True):
        with place:
            for each in part:
                _entry(each)


def _entry(each: Term) -> None:
    words = chapter(each.chapter)
    also = f" · {ui.escape(', '.join(each.also))}" if each.also else ""
    with st.container(gap="xxsmall"):
        st.markdown(f"**{ui.escape(each.term)}**{also}  \n{ui.escape(each.says)}")
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.page_link(words.file, label=words.title, icon=words.icon)
            if each.source:
                st.caption(f":material/menu_book: [{ui.escape(_who_and_when(each.source.title))}]({each.source.url})")


def _who_and_when(title: str) -> str:
    """“Hu et al. 2021” of “Hu et al. 2021, LoRA: …”; the title itself where it names no year."""
    found = re.match(r".{2,60}? (?:19|20)\d{2}(?=,)", title)
    return found[0] if found else title


def _in_letters(each: Term, letters: str) -> bool:
    first = bare(each.term)[0].upper()
    low, high = letters[0], letters[-1]
    return low <= first <= high or (first < "A" and low == "0")


def _row(each: Term) -> dict[str, Any]:
    return {
        "term": each.term,
        "also": ", ".join(each.also),
        "meaning": each.says,
        "chapter": chapter(each.chapter).title,
        "source": each.source.title if each.source else None,
        "url": each.source.url if each.source else None,
    }
