"""Memory calculator: what a model needs to be served or trained, on which GPU it fits, and why."""

import streamlit as st

from lib import ui
from lib.memory.gpus import gpu
from lib.ui import memory_answers, memory_checked, memory_model, memory_setup, memory_views

SLUG = "memory_calculator"
ui.chapter(SLUG)
ui.predict(SLUG)

st.header("Try it", anchor=False)
memory_setup.presets()
controls, result = st.columns([2, 5], gap="large")
csv = data = None
with controls:
    job = memory_setup.job()
    card = gpu(memory_setup.card())
    unit = ui.segmented("Unit", ["GiB", "GB"], "GiB", key="unit")
    arch = None
    with ui.guard():
        arch = memory_model.choose()
    with ui.guard():
        setup = memory_setup.serving_setup() if job == "serve" else memory_setup.training_setup()
with result, ui.guard():
    if arch is not None:
        estimate = memory_views.estimate_of(arch, setup, card)
        csv, data = memory_views.export(estimate, card)
        memory_views.bar(estimate, card, unit)
        st.caption(memory_model.summary(arch))
        for note in arch.notes:
            st.caption(f":material/info: {ui.escape(note)}")
        memory_views.rules_of_thumb(estimate, unit)
        memory_views.fixes(estimate, card, unit)

st.header("Look closer", anchor=False)
view = ui.segmented("View", memory_views.VIEWS, "working", key="view", label_visibility="collapsed")
with ui.guard():
    if view == "checked":
        memory_checked.how_far_off()
    elif data is not None:
        {
            "working": lambda: memory_views.working(estimate, unit),
            "time": lambda: memory_views.over_time(estimate, card, unit),
            "backwards": lambda: memory_answers.backwards(estimate, card),
            "gpus": lambda: memory_answers.all_gpus(estimate, unit),
            "compare": lambda: memory_answers.two_setups(estimate, card, unit),
            "mine": lambda: memory_answers.my_measurement(estimate, unit),
        }[view]()

ui.slide_and_fact(SLUG)
ui.check_yourself(SLUG)
ui.take_away(SLUG, csv=csv, data=data, name="memory")
