"""The set-up to weigh."""

from __future__ import annotations

import streamlit as st

from lib.errors import StudentError
from lib.memory.train.setup import TrainingSetup
from lib.training.out.record import RunRecord
from lib.training.weigh.of_a_run import weighing_of
from lib.training.weigh.weighing import Weighing
from lib.ui.kit import controls, jobs
from lib.ui.kit.presenting.recorded_run import say_recorded_run
from lib.ui.kit.problems import problem
from lib.ui.kit.text import escape
from lib.ui.models.choice import choose_model
from lib.ui.training.newest import newest_record
from lib.ui.training.train.run import KIND as TRAIN

METHODS = {"lora": "LoRA", "full": "Every weight"}
TARGETS = {"all": "all linear layers", "attention": "attention", "mlp": "the MLP", "qv": "query and value"}
RANKS = [1, 2, 4, 8, 16, 32, 64]


FROM = {"run": "My last run in Train", "own": "Chosen freely"}


def weighing_controls() -> Weighing | None:
    """The set-up of the last finished run of Train, to begin with; or the controls. None (and what is wrong) where
    these make no set-up that can be weighed."""
    record = newest_record(TRAIN)
    if record is None:
        st.caption("Once a run of **Train** is over, its settings stand here.")
        return _chosen_freely()
    asks_for_others = any(key.startswith("w_") for key in st.query_params)  # a link that says what is to be weighed
    chosen = controls.segmented("Set-up", FROM, "own" if asks_for_others else "run", key="w_from")
    return _of_run(record) if chosen == "run" else _chosen_freely()


def _of_run(record: RunRecord) -> Weighing | None:
    try:
        weighing = weighing_of(record)
    except StudentError as error:
        problem(error)
        return None
    run, longest = record.run, weighing.setup.sequence
    whose = "the recorded run" if say_recorded_run(jobs.current(TRAIN)) else "your last run in **Train**"
    read = f"{run.batch_size} texts, one after another" if run.batch_size > 1 else "one text"
    st.info(
        f"These are the settings of {whose}: {escape(run.model)} held in {record.card.held_in}, "
        f"LoRA of rank {run.rank} on {TARGETS[weighing.setup.targets]}, AdamW. The step that read most had **{longest} "
        f"tokens**: {read}. **{FROM['own']}** brings your own values back.",
        icon=":material/history:",
    )
    return weighing


def _chosen_freely() -> Weighing | None:
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
