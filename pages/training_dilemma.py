"""The training dilemma: little memory, little computing, everything trained; pull the point, see what is lost."""

import streamlit as st

from lib import ui
from lib.ui.memory.dilemma import dilemma_triangle

SLUG = "training_dilemma"

ui.chapter(SLUG)
ui.predict(SLUG)

st.header("Try it", anchor=False)
rows = None
with ui.guard():
    rows = dilemma_triangle()

ui.slide_and_fact(SLUG)
ui.check_yourself(SLUG)
ui.take_away(SLUG, rows=rows, name="training-dilemma")
