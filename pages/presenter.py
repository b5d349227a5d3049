"""The second screen of whoever leads a lesson: notes, clock, and the projector's keys."""

import streamlit as st

from lib import ui
from lib.ui.presenter.screen import second_screen

st.title("Presenter", anchor=False)
with ui.guard():
    second_screen()
