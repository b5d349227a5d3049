"""The training dilemma page's parts."""

from __future__ import annotations

import streamlit as st

from lib.charts.memory import dilemma as charts
from lib.memory import estimate, gpu, gpus
from lib.memory.train.dilemma import Way, beside_best, choose, triangle, ways
from lib.memory.train.training import TrainingEstimate
from lib.ui.kit import controls
from lib.ui.kit.chapter import formula, published
from lib.ui.kit.keeping.notes import note_sentence
from lib.ui.kit.tables import show_table
from lib.ui.memory.calculator.outcome import memory_bar
from lib.ui.memory.choosing.architecture_picker import choose_architecture
from lib.ui.memory.choosing.setup_controls import BATCHES, CONTEXTS
from lib.units import format_count, format_gib

WEIGHTS = ("want_memory", "want_computing", "want_kept")


def dilemma_triangle() -> list[dict]:
    """Pull the point; see the way of training that wins, and its memory."""
    left, right = st.columns([2, 5], gap="large")
    with left:
        arch = choose_architecture("Llama-3.2-1B", key="train_model")
        batch = controls.pick("Sequences at once", BATCHES, 4, key="train_batch")
        sequence = controls.pick("Tokens per sequence", CONTEXTS, 1_024, key="train_sequence")
        card = gpu(controls.select("GPU", list(gpus()), "RTX 4090", key="train_gpu"))
        st.markdown("**Pull the point**, or click into the triangle")
        memory = controls.slider("Little memory", 0, 12, 4, key="want_memory")
        computing = controls.slider("Little computing", 0, 12, 4, key="want_computing")
        kept = controls.slider("Nothing given up", 0, 12, 4, key="want_kept")
    options = ways(arch, batch, sequence)
    chosen = choose(options, memory, computing, kept)
    with right:
        title = f"Here: {chosen.label}"
        note_sentence(f"{title}, {format_gib(chosen.memory_bytes)} of memory.")
        figure = charts.triangle(triangle(options), (memory, computing, kept), title)
        st.plotly_chart(
            figure,
            key="dilemma_triangle",
            alt=title,
            on_select=_stand_there,
            selection_mode="points",
        )
        _three_costs(chosen, options)
    made = estimate(arch, chosen.setup, card)
    memory_bar(made, card, "GiB", key="dilemma_bar")
    _against_the_slide(made)
    return [_exported_way(way) for way in options]


def _stand_there() -> None:
    """A click on a grid point moves the three sliders."""
    event = st.session_state.get("dilemma_triangle")
    points = event["selection"]["points"] if event else []
    where = next((point["customdata"] for point in points if point.get("customdata")), None)
    if where is not None:
        for key, value in zip(WEIGHTS, where, strict=True):
            st.session_state[key] = int(value)


def _three_costs(chosen: Way, options: tuple[Way, ...]) -> None:
    times = beside_best(chosen, options)
    one, two, three = st.columns(3)
    one.metric(
        "Memory",
        format_gib(chosen.memory_bytes),
        f"{times.memory_times:.1f} × the least",
        delta_color="off",
        delta_arrow="off",
    )
    two.metric(
        "Operations per token",
        format_count(chosen.operations_per_token),
        f"{times.operations_times:.2f} × the least",
        delta_color="off",
        delta_arrow="off",
    )
    three.metric(
        "Weights trained",
        f"{chosen.trained_share:.2%}" if chosen.trained_share < 1 else "all",
        f"over {chosen.base_bits}-bit weights",
        delta_color="off",
        delta_arrow="off",
    )
    formula(
        "Operations: 2 per parameter forward, 2 for the gradients of activations, 2 for those of trained weights, 2 "
        "for computing a forward pass again; for QLoRA 2 per weight and pass for turning 4 bits back into 16, shared "
        "by the tokens of a micro-batch. Which way wins: the weighted sum of the three costs, each scaled from best "
        "to worst of these twenty ways."
    )
    if chosen.setup.method == "qlora":
        published(
            "Few operations, but they wait for memory: torchtune gives 2,413 tokens per second for QLoRA and 3,083 for "
            "LoRA (Llama 3.1 8B, RTX 4090, batch 2 × 2,048; its README)."
        )


def _against_the_slide(made: TrainingEstimate) -> None:
    st.subheader("The slide's 24 bytes per parameter, beside this", anchor=False)
    table = [
        {"part": each.part, "slide (B)": f"{each.rule_bytes:g}", "here (B)": f"{each.here_bytes:.2f}"}
        for each in made.beside_rule
    ]
    show_table(table, alt="Bytes per parameter: the slide's and this set-up's")
    formula(f"Each part at “{made.fullest.label}”, divided by {made.architecture.parameters:,} parameters.")


def _exported_way(way: Way) -> dict:
    return {
        "way": way.label,
        "memory_bytes": round(way.memory_bytes),
        "operations_per_token": round(way.operations_per_token),
        "trained_share": way.trained_share,
        "base_bits": way.base_bits,
    }
