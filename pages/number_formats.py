"""Number formats: what a number becomes in 32, 16, 8 and 4 bits, and a whole matrix of them."""

import streamlit as st

from lib import ui
from lib.ui.quant import bench, formats

EXPERIMENTS = {"one": "One number", "eight": "Eight numbers by hand", "matrix": "A real weight matrix"}

ui.chapter("number_formats")
ui.predict("number_formats")

st.header("Try it", anchor=False)
experiment = ui.segmented("Experiment", EXPERIMENTS, "one", key="experiment", label_visibility="collapsed")
rows = None
with ui.guard():
    if experiment == "one":
        rows = formats.one_number()
    elif experiment == "eight":
        rows = formats.eight_numbers()
    else:
        rows = bench.bench()

ui.slide_and_fact("number_formats")
ui.check_yourself("number_formats")
ui.take_away("number_formats", rows=rows, name=f"number-formats-{experiment}")
