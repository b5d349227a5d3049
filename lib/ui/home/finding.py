"""One search box: slides, chapters, words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import streamlit as st

from lib import curriculum
from lib.curriculum import LOOKED_UP
from lib.lesson.glossary.terms import Term, glossary
from lib.ui.kit.text import escape
from lib.ui.kit.words import SEARCH


@dataclass(frozen=True)
class Findable:
    """Something that can be typed into the box, and the chapter in which it is."""

    label: str
    slug: str
    term: Term | None = None
    """Where it is a word of the glossary."""


@cache
def _findable() -> tuple[Findable, ...]:
    chapters = [Findable(f"{each.title} · chapter", each.slug) for each in curriculum.chapters() if each.slug != "home"]
    topics = curriculum.slide_topics()
    slides = [Findable(f"{each.slide} · {each.topic}", each.slug) for each in topics if each.slug not in LOOKED_UP]
    titles = [Findable(f"{title} · a part begins", slug) for title, slug in curriculum.title_slides().items()]
    words = [Findable(f"{each.heading} · word", each.chapter, each) for each in glossary()]
    return (*chapters, *titles, *slides, *words)


def find() -> None:
    """A box in which one types what is on a slide, a chapter or a word, and the link to where it is done."""
    things = _findable()
    at = st.selectbox(
        "Find a slide, a chapter or a word",
        range(len(things)),
        index=None,
        format_func=lambda number: things[number].label,
        placeholder="Type a slide's title, a chapter or any word of the course",
        key="home_find",
        label_visibility="collapsed",
        icon=":material/search:",
    )
    if at is None:
        return
    found, term = curriculum.chapter(things[at].slug), things[at].term
    if term:
        st.markdown(f"**{escape(term.heading)}**: {escape(term.says)}")
    with st.container(horizontal=True):
        st.page_link(found.file, label=f"Go to **{found.title}**", icon=found.icon)
        if term:
            words = curriculum.chapter("glossary")
            st.page_link(
                words.file, label="Look it up in the glossary", icon=words.icon, query_params={SEARCH: term.term}
            )
