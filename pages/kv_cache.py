"""KV cache: what every token of a conversation costs, and what PagedAttention saves."""

import streamlit as st

from lib import ui
from lib.ui.memory import kv_cache

SLUG = "kv_cache"
PARTS = {"cost": "What a token costs", "paging": "Pages against reservation"}

ui.chapter(SLUG)
ui.predict(SLUG)

st.header("Try it", anchor=False)
part = ui.segmented("Experiment", PARTS, "cost", key="part", label_visibility="collapsed")
rows = None
with ui.guard():
    rows = kv_cache.context_costs() if part == "cost" else kv_cache.paging()

ui.slide_and_fact(SLUG)
ui.check_yourself(SLUG)
ui.take_away(SLUG, rows=rows, name=f"kv-cache-{part}")
