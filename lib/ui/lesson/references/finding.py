"""Searching the references, and taking what is found home."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import streamlit as st

from lib import ui
from lib.curriculum import chapter, chapters
from lib.lesson.references.bibtex import bibtex
from lib.lesson.references.works import ALL, Reference, find, kinds, references

EVERYWHERE = "Any chapter"
SHOWN = 12
"""On one page of the list, in two columns."""
MOST_CHARACTERS = 80


def find_references() -> list[dict[str, Any]]:
    """The search, a page of what it finds, and all of it as rows for a file."""
    found = _searched()
    said = f"**{len(found)} of {len(references())} references**"
    pages = max(1, -(-len(found) // SHOWN))
    left, right = st.columns([3, 1], vertical_alignment="center")
    page = 1
    if pages > 1:
        with right:
            page = min(ui.number(f"Page, of {pages}", 1, -(-len(references()) // SHOWN), 1, key="rf_page"), pages)
        said += f", {SHOWN} on a page; this is page {page}"
    left.markdown(f"{said}." if found else "Nothing here matches. Try fewer words, another kind, or any chapter.")
    here = found[(page - 1) * SHOWN : page * SHOWN]
    half = (len(here) + 1) // 2
    for place, part in zip(st.columns(2, gap="large"), (here[:half], here[half:]), strict=True):
        with place:
            for each in part:
                _entry(each)
    st.download_button(
        f"{len(found)} as BibTeX",
        lambda: bibtex(found),
        "finetuning-lab.bib",
        "application/x-bibtex",
        icon=":material/format_quote:",
        on_click="ignore",
        disabled=not found,
    )
    return [_row(each) for each in found]


def _searched() -> Sequence[Reference]:
    left, right = st.columns([2, 1])
    with left:
        words = ui.text(
            "Search",
            "",
            key="rf_words",
            max_chars=MOST_CHARACTERS,
            placeholder="A title, an author, a year, a site",
            icon=":material/search:",
        )
    used = {slug for each in references() for slug in each.chapters}
    titles = {each.slug: each.title for each in chapters() if each.slug in used}
    with right:
        slug = ui.select("Used in", {"": EVERYWHERE, **titles}, "", key="rf_chapter")
    kind = ui.segmented("Which", list(kinds()), ALL, key="rf_kind", label_visibility="collapsed")
    return find(words, kind, slug or None)


def _entry(each: Reference) -> None:
    by = f"{ui.escape(each.dated)}. " if each.dated else ""
    at = _link(each.url) if each.url else ""
    slides = f"  \n:material/co_present: {ui.escape(', '.join(each.slides))}" if each.slides else ""
    note = f"  \n{ui.escape(each.note)}" if each.note else ""
    with st.container(gap="xxsmall"):
        st.markdown(f"**{ui.escape(each.title)}**  \n{by}{at}{slides}{note}")
        with st.container(horizontal=True, gap="small"):
            for slug in each.chapters:
                words = chapter(slug)
                st.page_link(words.file, label=words.title, icon=words.icon)


def _link(url: str) -> str:
    """Named by its site; a bracket in an address would end the link."""
    address = url.replace("(", "%28").replace(")", "%29").replace("<", "%3C").replace(">", "%3E")
    return f"[{ui.escape(urlsplit(url).hostname.removeprefix('www.'))}]({address})"


def _row(each: Reference) -> dict[str, Any]:
    return {
        "title": each.title,
        "authors": each.authors,
        "year": each.year,
        "url": each.url,
        "kind": each.kind,
        "chapters": "; ".join(chapter(slug).title for slug in each.chapters),
        "slides": "; ".join(each.slides),
    }
