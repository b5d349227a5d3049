"""No one metric fits all: your own texts, your own order, and who agrees with you."""

import streamlit as st

from lib import ui
from lib.ui.evaluation import own_texts as own

ui.chapter("no_one_metric")
ui.predict("no_one_metric")

st.header("Your texts, your order", anchor=False)
told = None
with ui.guard():
    reference, texts = own.own_texts()
    told = own.rank_them(reference, texts)

st.header("Score what a model writes", anchor=False)
with ui.guard():
    own.live_model()

ui.slide_and_fact("no_one_metric")
ui.check_yourself("no_one_metric")
ui.take_away("no_one_metric", data=told, name="my-ranking")
