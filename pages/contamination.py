"""Contamination: was the exam in the textbook?"""

import streamlit as st

from lib import ui
from lib.ui.evaluation import contamination

ui.chapter("contamination")
ui.predict("contamination")

st.header("Search the training text", anchor=False)
training, item = contamination.texts()
told = None
with ui.guard():
    told = contamination.result(training, item)
ui.formula(
    "Words are compared in lower case and without punctuation; the rules are from the GPT-3, PaLM and GPT-4 reports."
)

ui.slide_and_fact("contamination")
ui.check_yourself("contamination")
ui.take_away("contamination", rows=contamination.seen_rows(told), data=told)
