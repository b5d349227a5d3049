"""How a model is asked to score items and how long it may take; the student's own adapter for it if there is one."""

from __future__ import annotations

import streamlit as st

from lib.evaluation.likelihood import LikelihoodRun
from lib.training.progress import progress
from lib.ui.kit import jobs

LORA_KIND = "lora"
LIMIT_S = 300
"""Longest that a page's questions to a model may run."""


def submit_likelihoods(kind: str, run: LikelihoodRun) -> None:
    """Queue the scoring of items, one of them or a whole benchmark's."""
    name = "lib.evaluation.likelihood_job:score_items"
    jobs.submit(kind, name, run, expected_s=run.expected_s, time_limit_s=LIMIT_S, model=run.model)


def my_adapter(model: str) -> bytes | None:
    """The adapter of this student's last finished run on the Live LoRA page, if it was trained for this model."""
    view = jobs.current(LORA_KIND)
    if view is None or view.state.active or view.argument.model != model:
        return None
    finished = progress(view.events).finished
    return finished.adapter if finished else None


def say_where_an_adapter_comes_from() -> None:
    st.page_link("pages/live_lora.py", label="Fine-tune it first on the Live LoRA page", icon=":material/experiment:")
