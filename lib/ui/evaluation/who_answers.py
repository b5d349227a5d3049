"""The model that the evaluation pages ask: the bundled one, and the student's own adapter if there is one."""

from __future__ import annotations

import streamlit as st

from lib.training.progress import progress
from lib.ui.kit import jobs

LORA_KIND = "lora"


def my_adapter() -> bytes | None:
    """The adapter of this student's last finished run on the Live LoRA page."""
    view = jobs.current(LORA_KIND)
    if view is None or view.state.active:
        return None
    finished = progress(view.events).finished
    return finished.adapter if finished else None


def say_where_an_adapter_comes_from() -> None:
    st.page_link("pages/live_lora.py", label="Fine-tune it first on the Live LoRA page", icon=":material/experiment:")
