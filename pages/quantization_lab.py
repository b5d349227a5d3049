"""Quantization lab: one real model in every precision, measured here and now."""

import streamlit as st

from lib import ui
from lib.ui import quant_findings, quant_lab, quant_map, quant_published
from lib.ui.quant_export import csv_of

ui.chapter("quantization_lab")
ui.predict("quantization_lab")

st.header("Measure it", anchor=False)
run = quant_lab.settings()
quant_lab.start_and_stop(run)
quant_lab.stage()

results = quant_lab.results_now()
quant_findings.what_happened(results)
quant_findings.lecture_claims(results)
quant_findings.text_with_changes(results)
quant_findings.side_by_side(results)
with ui.guard():
    quant_map.sensitivity(run)
with ui.guard():
    quant_published.published_figures(results)
    quant_findings.recorded()

ui.slide_and_fact("quantization_lab")
ui.check_yourself("quantization_lab")
rows, data = quant_findings.exports(results)
ui.take_away("quantization_lab", csv=csv_of(rows), data=data, name="quantization-run")
