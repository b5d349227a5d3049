"""What a run leaves to take away: its curve, its words, its adapter."""

from __future__ import annotations

import dataclasses

import streamlit as st

from lib.ui.kit import jobs
from lib.ui.training.train.run import KIND, told_by


def exports(kind: str = KIND) -> tuple[list[dict] | None, dict | None]:
    """(The curve as rows, everything else as data) of the newest run."""
    view = jobs.current(kind)
    if view is None or not view.events:
        return None, None
    told = told_by(view)
    held_out = {each.step: each.loss for each in told.held_out}
    rows = [
        {
            "step": each.step,
            "training_loss": each.loss,
            "learning_rate": view.argument.learning_rate_at(each.step),
            "grad_norm": each.grad_norm,
            "tokens_per_s": each.tokens_per_s,
            "elapsed_s": each.elapsed_s,
            "memory_bytes": each.memory_bytes,
            "held_out_loss": held_out.get(each.step),
        }
        for each in told.steps
    ]
    run = {
        key: value for key, value in dataclasses.asdict(view.argument).items() if key not in ("resume_from", "earlier")
    }
    data = {
        "run": run,
        "held_out_loss": held_out,
        "asked": {each.step: [vars(one) for one in each.completions] for each in told.asked},
        "before": [vars(each) for each in told.before],
        "after": [vars(each) for each in told.after],
    }
    return rows, data


def download_adapter(kind: str = KIND) -> None:
    view = jobs.current(kind)
    told = told_by(view) if view else None
    if told and told.finished and told.finished.adapter:  # a recorded run's is not kept
        st.download_button(
            "Adapter (peft)",
            told.finished.adapter,
            f"{view.argument.adapter_name}.zip",
            "application/zip",
            icon=":material/extension:",
            help="Load it with PeftModel.from_pretrained(base_model, folder).",
        )
