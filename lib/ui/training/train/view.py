"""Train: one press of Start, and watch it learn."""

from __future__ import annotations

import streamlit as st

from lib import ui
from lib.ui.kit import source
from lib.ui.training.train import asking, meaning, results, run, run_controls


def draw_train() -> None:
    ui.predict("live_lora")
    controls, stage = st.columns([1, 2], gap="large")
    with controls:
        buttons = st.container()
        wanted = run_controls.run_controls()
        with buttons:
            run.start_and_stop(wanted)
    with stage:
        run.stage(wanted)

    meaning.meaning()
    meaning.token_healing()
    asking.ask()

    with st.expander("The loop that just ran, all of it", icon=":material/code:"):
        st.code(source.source_of("lib/training/finetune.py", "training_loop"), language="python")

    ui.slide_and_fact("live_lora")
    ui.check_yourself("live_lora")
    rows, data = results.exports()
    ui.take_away("live_lora", rows=rows, data=data, name="lora-run")
    results.download_adapter()
