"""Questions asked backwards, and how many of every GPU it takes."""

from __future__ import annotations

import streamlit as st

from lib.charts.memory.calculator import UNITS
from lib.memory import Estimate, Gpu, catalogue, gpus
from lib.memory.ask.fit import best_precision, gpu_rows, largest_batch, largest_model, longest_context, stored_alike
from lib.memory.model.weights import CHECKPOINT, precisions
from lib.memory.serve.roofline import decode_roofline
from lib.ui.kit.chapter import formula
from lib.ui.kit.tables import show_table
from lib.units import format_gb

LABELS = {
    "serve": ("Longest context", "Most conversations"),
    "train": ("Longest sequence", "Largest micro-batch"),
}
SHARING = {"serve": "tensor parallel", "train": "sharded with ZeRO-3 unless set otherwise"}


def asked_backwards(estimate: Estimate, card: Gpu) -> None:
    """Longest context, largest batch, largest model, and what only one of serving and training has."""
    arch, setup = estimate.architecture, estimate.setup
    tokens, count = longest_context(arch, setup, card), largest_batch(arch, setup, card)
    stored = setup.job == "serve" and setup.precision == CHECKPOINT.key
    models = [entry.architecture for entry in catalogue().values()]
    model = largest_model(stored_alike(models, arch) if stored else models, setup, card)
    first, second, third = st.columns(3)
    most_tokens, most_sequences = LABELS[setup.job]
    positions = f"Tokens; at most the {arch.max_position_embeddings:,} that the model was made for"
    first.metric(most_tokens, f"{tokens:,}" if tokens else "none fits", help=positions)
    second.metric(most_sequences, f"{count:,}" if count else "none fits")
    third.metric(
        "Largest model of the list",
        model.name if model else "none fits",
        help="Every model of the list as if its matrices were stored as this checkpoint's are." if stored else None,
    )
    MORE_ANSWERS[setup.job](estimate, card)
    formula(f"Each answer keeps everything else as it is and asks this calculator again and again, on {card.name}.")


def _serving_answers(estimate: Estimate, card: Gpu) -> None:
    """Best precision, and the roofline."""
    arch, setup = estimate.architecture, estimate.setup
    first, second, _ = st.columns(3)
    best = best_precision(arch, setup, card)
    first.metric("Best precision that fits", precisions()[best].label if best else "none fits")
    roof = decode_roofline(arch, setup, card)
    second.metric("Tokens per second, at most", f"{roof.tokens_per_s:,.0f}")
    chosen = ""
    if arch.experts:
        chosen = (
            f" Each token chooses {arch.experts.num_experts_per_tok} of {arch.experts.num_experts} experts; a batch of "
            f"{setup.sequences} is expected to read {roof.experts_read_share:.0%} of them, 1 − (1 − k/E)ⁿ."
        )
    formula(
        f"Every decoding step reads the weights ({format_gb(roof.weights_read_bytes)}) and the KV cache "
        f"({format_gb(roof.cache_read_bytes)}) once: {card.bandwidth_gb_s:,.0f} GB/s ÷ {format_gb(roof.read_bytes)} × "
        f"{setup.sequences} conversation{'s' if setup.sequences > 1 else ''}.{chosen} An upper bound (roofline): real "
        "kernels reach a part of it, and a large batch is bound by computing instead."
    )


def _training_answers(estimate: Estimate, card: Gpu) -> None:
    """How many cards."""
    first, _, _ = st.columns(3)
    one = gpu_rows(estimate.architecture, estimate.setup, [card])[0]
    first.metric(f"How many {card.name}", f"{one.count}" if one.count else "over 64", help="Sharded with ZeRO-3")


MORE_ANSWERS = {"serve": _serving_answers, "train": _training_answers}


def gpu_table(estimate: Estimate, unit: str) -> None:
    """How many of each card it takes."""
    rows = gpu_rows(estimate.architecture, estimate.setup, gpus().values())
    divisor = UNITS[unit]
    table = [
        {
            "GPU": row.gpu.name,
            f"Memory ({unit})": round(row.gpu.usable_bytes / divisor, 1),
            "Reported": "by driver" if row.gpu.measured else "75% of unified" if row.gpu.unified else "as sold",
            "GB/s": row.gpu.bandwidth_gb_s,
            "How many": row.count,
            f"Each holds ({unit})": round(row.needed_bytes / divisor, 1) if row.count else None,
            "Full": row.used_share if row.count else None,
        }
        for row in rows
    ]
    table.sort(key=lambda row: (row["How many"] or 10**6, row[f"Memory ({unit})"]))
    show_table(
        table,
        height=420,
        alt="How many of each GPU this set-up takes",
        column_config={
            "Full": st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1),
            "How many": st.column_config.NumberColumn(help="empty: more than 64 do not help"),
        },
    )
    formula(
        f"More than one GPU: {SHARING[estimate.setup.job]}, in powers of two. A row is the smallest number whose every "
        "GPU has room."
    )
