"""All pages, as Streamlit's navigation takes them, and the icon of their tabs."""

from __future__ import annotations

from base64 import b64encode
from copy import copy
from functools import cache

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from lib import curriculum
from lib.places import ASSETS, ROOT

BESIDE = ("operator", "presenter", "demos", "stage")
"""Pages that are no chapters: of whoever leads the lesson or runs the server."""


def course_pages() -> dict[str, list[StreamlitPage]]:
    """The chapters by group. They are a run's own: Streamlit notes in a page that it may be run, once."""
    return {group: [copy(page) for page in pages] for group, pages in _course().items()}


def pages_beside() -> list[StreamlitPage]:
    return [copy(page) for page in _beside()]


@cache
def _course() -> dict[str, list[StreamlitPage]]:
    """Made once: of each page Streamlit looks up its file, which for all of them takes as long as a chart."""
    return {
        group: [
            st.Page(
                chapter.file,
                title=chapter.title,
                icon=chapter.icon,
                url_path=chapter.url_path,
                default=chapter.slug == "home",
            )
            for chapter in map(curriculum.chapter, slugs)
        ]
        for group, slugs in curriculum.COURSE.items()
        if slugs
    }


@cache
def _beside() -> list[StreamlitPage]:
    return [
        st.Page(ROOT / "pages" / f"{name}.py", title=name.title(), url_path=name, visibility="hidden")
        for name in BESIDE
    ]


@cache
def tab_icon() -> str:
    """The picture itself: a tab's icon that Streamlit has only by name is fetched from another host, and a hall may
    have none; a file it would read again at every run."""
    return f"data:image/png;base64,{b64encode((ASSETS / 'icon.png').read_bytes()).decode()}"
