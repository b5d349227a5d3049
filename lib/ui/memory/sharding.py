"""Sharded training: this calculator's model states beside the ZeRO paper's and DeepSpeed's own."""

from __future__ import annotations

import streamlit as st

from lib.memory.train.training import TrainingEstimate
from lib.memory.train.zero import sharded_states
from lib.ui.kit.chapter import formula, published
from lib.ui.kit.tables import show_table
from lib.ui.memory.units import in_unit

STAGES = ("none (DDP)", "1", "2", "3")


def beside_zero_and_deepspeed(made: TrainingEstimate, unit: str) -> None:
    st.markdown(f"**Weights, gradients and optimizer states on each of {made.setup.gpus} GPUs, by three counts**")
    rows = sharded_states(made.architecture, made.setup)
    table = [
        {
            "ZeRO stage": STAGES[row.stage],
            "here": in_unit(row.here_bytes, unit),
            "ZeRO paper": in_unit(row.paper_bytes, unit),
            "DeepSpeed": in_unit(row.deepspeed_bytes, unit) if row.deepspeed_bytes else "",
        }
        for row in rows
    ]
    show_table(table, alt="Model states on one GPU: here, by the ZeRO paper, by DeepSpeed's estimator")
    published(
        "ZeRO paper (Rajbhandari et al. 2020, figure 1): 2 B weights, 2 B gradients and 12 B for Adam and master "
        "weights, shared out by stage. DeepSpeed's estimator (its documentation, Memory Requirements): 4 P + 16 P/N in "
        "stage 2, 18 P/N and 4 B for the largest layer in stage 3, for it counts fp32 gradients too."
    )
    if made.setup.precision != "bf16_master" or made.setup.method != "full":
        formula("Both assume that every weight is trained in bf16 with fp32 master weights; this set-up differs.")
