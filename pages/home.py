"""Start: what this is, the course map, and what this machine can do."""

import streamlit as st

from lib import curriculum, ui
from lib.ui import machine

st.title("Finetuning Lab", anchor=False)
st.markdown("#### Everything the lecture says about fine-tuning a language model, as something you do.")
st.page_link(curriculum.chapter("live_lora").file, label="Train a model now", icon=":material/play_circle:")

st.header("The course", anchor=False)
for group, slugs in curriculum.COURSE.items():
    listed = [slug for slug in slugs if slug != "home"]
    if not listed:
        continue
    st.subheader(group, anchor=False)
    for slug in listed:
        words = curriculum.chapter(slug)
        st.page_link(words.file, label=f"**{words.title}**", icon=words.icon)
        st.caption(f"You will be able to {'; '.join(words.goals)}.")

st.header("This machine", anchor=False)
machine.overview()

ui.check_yourself("home")
ui.take_away("home")
