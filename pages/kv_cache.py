"""KV cache: what every token of a conversation costs, and what PagedAttention saves."""

import streamlit as st

from lib import ui
from lib.ui.memory.kv_cache import context_costs, paging_experiment

SLUG = "kv_cache"
PARTS = {"cost": "What a token costs", "paging": "Pages against reservation"}

ui.chapter(SLUG)
ui.predict(SLUG)

st.header("Try it", anchor=False)
part = ui.segmented("Experiment", PARTS, "cost", key="part", label_visibility="collapsed")
rows = None
with ui.guard():
    rows = context_costs() if part == "cost" else paging_experiment()

ui.slide_and_fact(SLUG)
ui.check_yourself(SLUG)
ui.take_away(SLUG, rows=rows, name=f"kv-cache-{part}")
