"""The model that the evaluation pages ask, and the student's own adapter for it if there is one."""

from __future__ import annotations

import streamlit as st

from lib.models.catalogue import BUNDLED, REAL
from lib.training.progress import progress
from lib.ui.kit import controls, jobs
from lib.ui.models.fetching import models_here

LORA_KIND = "lora"
LIMIT_S = 300
"""Longest that a page's questions to a model may run."""


def choose_model() -> str:
    """The model to ask, one of those on this machine: first the one that answers in English, if it is here."""
    here, _ = models_here()
    first = REAL if REAL in here else BUNDLED
    return controls.select("Model", here or [BUNDLED], first, key="model")


def my_adapter(model: str) -> bytes | None:
    """The adapter of this student's last finished run on the Live LoRA page, if it was trained for this model."""
    view = jobs.current(LORA_KIND)
    if view is None or view.state.active or view.argument.model != model:
        return None
    finished = progress(view.events).finished
    return finished.adapter if finished else None


def say_where_an_adapter_comes_from() -> None:
    st.page_link("pages/live_lora.py", label="Fine-tune it first on the Live LoRA page", icon=":material/experiment:")
