"""Choosing a model: seven factors, your weights, and what would change your mind."""

import streamlit as st

from lib import ui
from lib.ui.evaluation import selection

ui.chapter("choosing_a_model")
ui.predict("choosing_a_model")

st.header("What must hold", anchor=False)
conditions = selection.choose_conditions()
st.header("What matters more", anchor=False)
weights = selection.choose_weights()

ranked = None
with ui.guard():
    ranked = selection.result(conditions, weights)
rows = selection.table(conditions)

ui.slide_and_fact("choosing_a_model")
ui.check_yourself("choosing_a_model")
ui.take_away(
    "choosing_a_model", rows=selection.ranking_rows(ranked), data={"weights": weights, "models": rows}, name="choice"
)
