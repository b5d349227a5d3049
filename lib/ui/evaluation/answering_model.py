"""How long a model that an evaluation page asks may take, and the student's own adapter for it if there is one."""

from __future__ import annotations

import streamlit as st

from lib.training.progress import progress
from lib.ui.kit import jobs

LORA_KIND = "lora"
LIMIT_S = 300
"""Longest that a page's questions to a model may run."""


def my_adapter(model: str) -> bytes | None:
    """The adapter of this student's last finished run on the Live LoRA page, if it was trained for this model."""
    view = jobs.current(LORA_KIND)
    if view is None or view.state.active or view.argument.model != model:
        return None
    finished = progress(view.events).finished
    return finished.adapter if finished else None


def say_where_an_adapter_comes_from() -> None:
    st.page_link("pages/live_lora.py", label="Fine-tune it first on the Live LoRA page", icon=":material/experiment:")
