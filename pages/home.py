"""Start: what this is, the course map, and what this machine can do."""

import streamlit as st

from lib import curriculum, ui
from lib.ui.kit.chapter import find_slide
from lib.ui.models import machine

st.title("Finetuning Lab", anchor=False)
st.markdown("#### Fine-tuning a language model, as something you do")
if st.button("Train a model now", type="primary", icon=":material/play_circle:"):
    st.switch_page(curriculum.chapter("live_lora").file)

find_slide()

st.header("The course", anchor=False)
for group, slugs in curriculum.COURSE.items():
    listed = [curriculum.chapter(slug) for slug in slugs if slug != "home"]
    if not listed:
        continue
    st.subheader(group, anchor=False)
    for first in range(0, len(listed), 3):
        for chapter, column in zip(listed[first : first + 3], st.columns(3), strict=False):
            with column.container(border=True, height="stretch"):
                st.page_link(chapter.file, label=f"**{chapter.title}**", icon=chapter.icon)
                st.caption(f"You will be able to {chapter.goals[0]}.")

st.header("This machine", anchor=False)
machine.overview()

ui.check_yourself("home")
ui.take_away("home")
