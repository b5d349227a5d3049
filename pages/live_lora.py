"""Live LoRA: teach the base model to order kopi, and watch it learn."""

import streamlit as st

from lib import ui
from lib.ui.kit import source
from lib.ui.training import asking, live_lora, results, run_controls

ui.chapter("live_lora")
ui.predict("live_lora")

st.header("Train it", anchor=False)
controls, stage = st.columns([1, 2], gap="large")
with controls:
    buttons = st.container()
    run = run_controls.run_controls()
    with buttons:
        live_lora.start_and_stop(run)
with stage:
    live_lora.stage()

live_lora.meaning()
live_lora.token_healing()
asking.ask()

with st.expander("The loop that just ran, all of it", icon=":material/code:"):
    st.code(source.source_of("lib/training/lora.py", "training_loop"), language="python")

ui.slide_and_fact("live_lora")
ui.check_yourself("live_lora")
rows, data = results.exports()
ui.take_away("live_lora", rows=rows, data=data, name="lora-run")
results.download_adapter()
