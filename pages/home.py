"""Start: one search, the course as the lecture runs with what is done, and what this machine can do."""

import streamlit as st

from lib import curriculum, ui
from lib.lesson.progress.standing import course_standing
from lib.ui.home.course_map import course_map, course_on_stage, go_on, how_far
from lib.ui.home.finding import find
from lib.ui.home.keeping import keep_progress
from lib.ui.kit.keeping.progress import progress
from lib.ui.kit.presenting.stage import presenting
from lib.ui.models import machine

course = course_standing(progress())

st.title("Finetuning Lab", anchor=False)
if presenting():
    course_on_stage()
else:
    st.markdown("**Fine-tuning a language model, as something you do**")
    st.markdown("Beside each slide of the lecture, something to move, measure, train or rank, with real models.")
    with st.container(horizontal=True, vertical_alignment="center"):
        go_on(course)
        st.page_link(curriculum.chapter("live_lora").file, label="Train a model now", icon=":material/model_training:")
    find()

    st.header("The course", anchor=False)
    how_far(course)
    course_map(course)
    keep_progress()

    st.header("This machine", anchor=False)
    machine.overview()

ui.check_yourself("home")
ui.take_away("home")
