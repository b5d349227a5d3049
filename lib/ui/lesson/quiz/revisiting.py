"""How each chapter stands, and where to go back to."""

from __future__ import annotations

import streamlit as st

from lib.charts.lesson.quiz import describe_standing, standing_bars
from lib.curriculum import chapter
from lib.lesson.quiz.standing import by_group, to_revisit, whole
from lib.ui.lesson.quiz.keeping import record


def what_to_revisit() -> None:
    mine = record()
    groups = by_group(mine)
    st.plotly_chart(standing_bars(groups, whole(mine)), key="qz_standing", alt=describe_standing(groups))
    st.caption("Each question counts by its last answer in this browser.")
    again = to_revisit(mine)
    if not mine.seen:
        st.markdown("Nothing is answered yet, so there is nothing to revisit: start a round under “Answer”.")
    elif not again:
        st.markdown("No question was answered wrongly at the last try. What you have not been asked is still open.")
    for each in again:
        words = chapter(each.name)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):  # a phone has them on two lines
            st.page_link(words.file, label=words.title, icon=words.icon)
            st.caption(f"{each.wrong} of {each.answered} answered wrongly")
