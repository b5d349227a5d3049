"""The words that a chapter introduces, in a small window with their meanings."""

from __future__ import annotations

import streamlit as st

from lib import curriculum
from lib.lesson.glossary.terms import Term, words_of
from lib.ui.kit.text import escape

SEARCH = "gl_word"
"""The glossary's search box, and so its name in a link."""


@st.fragment
def words_on_page(slug: str) -> None:
    """A button that opens the words of this chapter; nothing where it introduces none. Its content is sent once it is
    opened, so that a page that nobody asks for words is no heavier."""
    words = words_of(slug)
    if not words:
        return
    window = st.popover(
        f"Words ({len(words)})",
        type="tertiary",
        icon=":material/dictionary:",
        key=f"words_{slug}",
        on_change="rerun",
    )
    if window.open:
        with window:
            for each in words:
                with st.container(gap="xxsmall"):
                    look_up_link(each)
                    st.markdown(escape(each.says))


def look_up_link(term: Term) -> None:
    """The term as a link to its place in the glossary."""
    label = f"**{escape(term.term)}**" + (f" ({escape(', '.join(term.also))})" if term.also else "")
    st.page_link(curriculum.chapter("glossary").file, label=label, query_params={SEARCH: term.term})
