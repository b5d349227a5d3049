"""Memory calculator: what a model needs to be served or trained, on which GPU it fits, and why."""

import streamlit as st

from lib import ui
from lib.memory import estimate, gpu, gpus
from lib.ui.memory import working
from lib.ui.memory.calculator import answers, checked, kept_setup, measurement, outcome, over_time
from lib.ui.memory.choosing import counting, setup_controls
from lib.ui.memory.choosing.architecture_picker import architecture_summary, choose_architecture

SLUG = "memory_calculator"
ui.chapter(SLUG)
ui.predict(SLUG)

st.header("Try it", anchor=False)
setup_controls.preset_buttons()
controls, result = st.columns([2, 5], gap="large")
made = rows = data = None
with controls:
    job = ui.segmented("What for", setup_controls.JOBS, "serve", key="job", label_visibility="collapsed")
    card = gpu(ui.select("GPU", list(gpus()), "RTX 4090", key="gpu"))
    unit = ui.segmented("Unit", ["GiB", "GB"], "GiB", key="unit")
    arch = setup = None
    with ui.guard():
        arch = choose_architecture()
    with ui.guard():
        setup = setup_controls.SETUP_CONTROLS[job](arch)
with result, ui.guard():
    if arch is not None and setup is not None:
        made = estimate(arch, setup, card)
        rows, data = outcome.exported(made, card)
        outcome.memory_bar(made, card, unit)
        st.caption(architecture_summary(arch))
        for note in arch.notes:
            st.caption(f":material/info: {ui.escape(note)}")
        outcome.beside_the_rule(made, unit)
        outcome.what_would_fit_buttons(made, card, unit)

st.header("Look closer", anchor=False)
view = ui.segmented("View", outcome.VIEWS, "working", key="view", label_visibility="collapsed")
with ui.guard():
    if view == "checked":
        checked.how_far_off()
    elif made is not None:
        {
            "working": lambda: working.working_of_terms(made, unit),
            "parts": lambda: counting.part_by_part(arch),
            "time": lambda: over_time.memory_over_time(made, card, unit),
            "backwards": lambda: answers.asked_backwards(made, card),
            "gpus": lambda: answers.gpu_table(made, unit),
            "compare": lambda: kept_setup.two_setups(made, card, unit),
            "mine": lambda: measurement.my_measurement(made, unit),
        }[view]()

ui.slide_and_fact(SLUG)
ui.check_yourself(SLUG)
ui.take_away(SLUG, rows=rows, data=data, name="memory")
