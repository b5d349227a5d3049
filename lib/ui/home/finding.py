"""One search box: slides, chapters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import streamlit as st

from lib import curriculum
from lib.curriculum import LOOKED_UP


@dataclass(frozen=True)
class Findable:
    """Something that can be typed into the box, and the chapter in which it is."""

    label: str
    slug: str


@cache
def _findable() -> tuple[Findable, ...]:
    chapters = [Findable(f"{each.title} · chapter", each.slug) for each in curriculum.chapters() if each.slug != "home"]
    topics = curriculum.slide_topics()
    slides = [Findable(f"{each.slide} · {each.topic}", each.slug) for each in topics if each.slug not in LOOKED_UP]
    return (*chapters, *slides)


def find() -> None:
    """A box in which one types what is on a slide, a chapter or a word, and the link to where it is done."""
    things = _findable()
    at = st.selectbox(
        "Find a slide or a chapter",
        range(len(things)),
        index=None,
        format_func=lambda number: things[number].label,
        placeholder="Type a slide's title, or a word on it",
        key="home_find",
        label_visibility="collapsed",
        icon=":material/search:",
    )
    if at is not None:
        found = curriculum.chapter(things[at].slug)
        st.page_link(found.file, label=f"Go to **{found.title}**", icon=found.icon)
