"""The set-up to weigh."""

from __future__ import annotations

import streamlit as st

from lib.errors import StudentError
from lib.memory.train.setup import TrainingSetup
from lib.training.weigh.weighing import Weighing
from lib.ui.kit import controls
from lib.ui.kit.problems import problem
from lib.ui.models.choice import choose_model

METHODS = {"lora": "LoRA", "full": "Every weight"}
TARGETS = {"all": "all linear layers", "attention": "attention", "qv": "query and value"}
RANKS = [1, 2, 4, 8, 16, 32, 64]


def weighing_controls() -> Weighing | None:
    """The controls; None (and what is wrong) where they make no set-up that can be weighed."""
    model = choose_model()
    batch = controls.slider("Texts in a batch", 1, 32, 8, key="w_batch")
    sequence = controls.pick("Tokens in each", [8, 16, 32, 64, 128, 256], 64, key="w_length")
    method = controls.segmented("Trained", METHODS, "lora", key="w_method")
    targets, rank, dropout = "all", 8, False
    if method == "lora":
        targets = controls.select("Adapters on", TARGETS, "all", key="w_targets")
    checkpointing = controls.toggle("Checkpoint activations", False, key="w_checkpointing")
    if method == "lora":
        with st.expander("More", icon=":material/tune:"):
            rank = controls.pick("Rank r", RANKS, 8, key="w_rank")
            dropout = controls.toggle("Dropout before the adapter", False, key="w_dropout")
    try:
        setup = TrainingSetup(
            method=method,
            precision="fp32",
            batch=batch,
            sequence=sequence,
            checkpointing=checkpointing,
            targets=targets,
            rank=rank,
            adapter_dropout=dropout,
        )
        return Weighing(model, setup)
    except StudentError as error:
        problem(error)
        return None
