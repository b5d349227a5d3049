"""Memory calculator: what a model needs to be served or trained, on which GPU it fits, and why."""

import streamlit as st

from lib import ui
from lib.memory.gpus import gpu
from lib.ui.memory import answers, architecture_picker, checked, setup_controls, views

SLUG = "memory_calculator"
ui.chapter(SLUG)
ui.predict(SLUG)

st.header("Try it", anchor=False)
setup_controls.presets()
controls, result = st.columns([2, 5], gap="large")
rows = data = None
with controls:
    job = setup_controls.job()
    card = gpu(setup_controls.card())
    unit = ui.segmented("Unit", ["GiB", "GB"], "GiB", key="unit")
    arch = None
    with ui.guard():
        arch = architecture_picker.choose()
    with ui.guard():
        setup = setup_controls.serving_setup() if job == "serve" else setup_controls.training_setup()
with result, ui.guard():
    if arch is not None:
        estimate = views.estimate_of(arch, setup, card)
        rows, data = views.export(estimate, card)
        views.bar(estimate, card, unit)
        st.caption(architecture_picker.summary(arch))
        for note in arch.notes:
            st.caption(f":material/info: {ui.escape(note)}")
        views.rules_of_thumb(estimate, unit)
        views.fixes(estimate, card, unit)

st.header("Look closer", anchor=False)
view = ui.segmented("View", views.VIEWS, "working", key="view", label_visibility="collapsed")
with ui.guard():
    if view == "checked":
        checked.how_far_off()
    elif data is not None:
        {
            "working": lambda: views.working(estimate, unit),
            "time": lambda: views.over_time(estimate, card, unit),
            "backwards": lambda: answers.backwards(estimate, card),
            "gpus": lambda: answers.all_gpus(estimate, unit),
            "compare": lambda: answers.two_setups(estimate, card, unit),
            "mine": lambda: answers.my_measurement(estimate, unit),
        }[view]()

ui.slide_and_fact(SLUG)
ui.check_yourself(SLUG)
ui.take_away(SLUG, rows=rows, data=data, name="memory")
