"""Benchmarks: how one scores a model, and what the frameworks test."""

import streamlit as st

from lib import ui
from lib.ui.evaluation import benchmarks, frameworks

ui.chapter("benchmarks")
ui.predict("benchmarks")

st.header("Answer an item, then watch a model answer it", anchor=False)
with ui.guard():
    model = benchmarks.try_an_item()
    benchmarks.score()
    benchmarks.own_item(model)
ui.formula("Scoring as in lm-evaluation-harness: Σ ln p(token | everything before it), per choice.")

st.header("No framework covers it all", anchor=False)
frameworks.coverage()

ui.slide_and_fact("benchmarks")
ui.check_yourself("benchmarks")
rows = benchmarks.export()
ui.take_away("benchmarks", rows=rows, name="benchmark-items")
