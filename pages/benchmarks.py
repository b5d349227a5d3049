"""Benchmarks: how one scores a model, and what the frameworks test."""

import streamlit as st

from lib import ui
from lib.ui.evaluation import frameworks, items, scores

VIEWS = {"item": "One item", "score": "A score", "frameworks": "The frameworks"}

ui.chapter("benchmarks")
ui.predict("benchmarks")

view = ui.segmented("Look at", VIEWS, "item", key="view")
rows = []
with ui.guard():
    if view == "item":
        st.header("Answer an item, then watch a model answer it", anchor=False)
        items.answer_an_item()
    elif view == "score":
        st.header("Run a benchmark", anchor=False)
        rows = scores.run_a_benchmark()
    else:
        st.header("No framework covers it all", anchor=False)
        frameworks.show_coverage()
if view != "frameworks":
    ui.formula("Scored as in lm-evaluation-harness: Σ ln p(token | everything before it) for each choice.")

ui.slide_and_fact("benchmarks")
ui.check_yourself("benchmarks")
ui.take_away("benchmarks", rows=rows, name="benchmark-items")
