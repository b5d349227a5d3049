"""Abilities and datasets: what can be tested, and with what."""

import streamlit as st

from lib import ui
from lib.ui.evaluation import abilities

ui.chapter("ability_map")
ui.predict("ability_map")

st.header("Open the tree", anchor=False)
abilities.explore()

st.header("Where does it belong?", anchor=False)
abilities.find_the_right_task()

ui.slide_and_fact("ability_map")
ui.check_yourself("ability_map")
rows = abilities.table()
ui.take_away("ability_map", rows=rows, name="abilities-and-datasets")
