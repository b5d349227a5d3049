"""Quantization lab: one real model in every precision, measured here and now."""

import streamlit as st

from lib import ui
from lib.ui.quant import findings, lab, layer_map, published

ui.chapter("quantization_lab")
ui.predict("quantization_lab")

st.header("Measure it", anchor=False)
run = lab.run_controls()
lab.start_and_stop(run)
lab.stage()

results = lab.results_now()
findings.what_happened(results)
findings.lecture_claims(results)
findings.text_with_changes(results)
findings.side_by_side(results)
with ui.guard():
    layer_map.sensitivity(run)
with ui.guard():
    published.published_figures(results)
    findings.recorded()

ui.slide_and_fact("quantization_lab")
ui.check_yourself("quantization_lab")
rows, data = findings.exports(results)
ui.take_away("quantization_lab", rows=rows, data=data, name="quantization-run")
