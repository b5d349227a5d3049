"""How many parameters an adapter has, on any architecture."""

from __future__ import annotations

import streamlit as st

from lib import ui
from lib.training.inside.counting import AdapterCount, published, published_source
from lib.ui.kit import controls
from lib.ui.kit.exports import Rows
from lib.ui.kit.problems import guard, problem
from lib.ui.kit.tables import show_table
from lib.ui.memory.choosing.architecture_picker import choose_architecture
from lib.units import format_count, format_gb

TARGETS = {"qv": "query and value", "attention": "attention", "all": "all linear layers"}
RANKS = [1, 2, 4, 8, 16, 32, 64, 128, 256]


def count_adapter() -> Rows | None:
    rows: Rows | None = None
    controls_box, answer = st.columns([1, 2], gap="large")
    with guard():
        with controls_box:
            architecture = choose_architecture(key="count_model")
            rank = controls.pick("Rank r", RANKS, 8, key="count_rank")
            targets = controls.segmented("Adapters on", TARGETS, "all", key="count_targets")
        count = AdapterCount(architecture, rank, targets)
        rows = _matrices_as_rows(count)
        with answer:
            _counted(count, rows)
    _paper()
    return rows


def _counted(count: AdapterCount, rows: Rows) -> None:
    trained, share, size = st.columns(3)
    trained.metric("Trained", format_count(count.parameters), help=f"{count.parameters:,} parameters")
    share.metric(f"Of {format_count(count.architecture.parameters)}", f"{count.share:.2%}")
    size.metric("Adapter on disk, fp32", format_gb(count.file_bytes))
    show_table(rows, alt="Parameters of the adapter by matrix")
    ui.formula(f"r · (inputs + outputs) for each matrix: A is r × inputs, B is outputs × r; here r = {count.rank}.")
    if count.beyond:
        problem(
            f"Rank {count.rank} is larger than the smaller side of {', '.join(count.beyond)}: no update of that matrix "
            "has such a rank, so take a lower one"
        )


def _matrices_as_rows(count: AdapterCount) -> Rows:
    renamed = any(each.own_name != each.name for each in count.matrices)
    return [
        {
            "Matrix": each.own_name,
            **({"In Llama": each.name} if renamed else {}),
            "Inputs": each.inputs,
            "Outputs": each.outputs,
            "Layers": each.layers,
            "Adapter": each.parameters,
            "Frozen": each.frozen,
        }
        for each in count.matrices
    ]


def _paper() -> None:
    st.header("GPT-3 175B, as in the paper", anchor=False)
    for column, each in zip(st.columns(len(published())), published(), strict=True):
        counted = each.counted
        column.metric(f"r = {each.rank}, query and value", f"{counted.parameters / 1e6:.1f}M", border=True)
        h = counted.architecture.hidden_size
        layers = counted.architecture.num_hidden_layers
        column.caption(
            f"2 matrices × {layers} layers × {each.rank} × ({h:,} + {h:,}) = {counted.parameters:,}. The paper: "
            f"**{each.millions}M**."
        )
    ui.published(f"[{published_source().title}]({published_source().url}).")
