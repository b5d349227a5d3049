"""Benchmarks: what the frameworks consider, and how a benchmark scores a model."""

import streamlit as st

from lib import ui
from lib.ui.evaluation import benchmarks

ui.chapter("benchmarks")
ui.predict("benchmarks")

st.header("Answer an item, then watch a model answer it", anchor=False)
with ui.guard():
    benchmarks.try_an_item()
benchmarks.summary()
benchmarks.own_item()
ui.formula("Scoring as in lm-evaluation-harness: Σ ln p(token | everything before it), per choice.")

st.header("No framework covers it all", anchor=False)
benchmarks.framework_coverage()

ui.slide_and_fact("benchmarks")
ui.check_yourself("benchmarks")
csv, data = benchmarks.export()
ui.take_away("benchmarks", csv=csv, data=data, name="benchmark-items")
