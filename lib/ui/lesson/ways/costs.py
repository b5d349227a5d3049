"""What each way takes for a large model."""

from __future__ import annotations

import streamlit as st

from lib import ui
from lib.lesson.ways.costs import CARD, MODEL, TUNING_TOKENS, WELL_USED, costs, feedback_cost
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.tables import show_table
from lib.units import format_count, format_digits, format_gb, format_power


def what_it_takes() -> list[dict]:
    """The rows to take away."""
    found = costs()
    first, tuned, lora = found[0], found[1], found[2]
    left, middle, right = st.columns(3)
    left.metric("Pretraining", f"{first.gpu_hours / 1e6:,.2f}M GPU hours", border=True)
    middle.metric("Fine-tuning", f"{tuned.gpu_s:,.0f} GPU seconds", border=True)
    right.metric("Memory, LoRA instead", f"{format_gb(lora.memory_bytes)}", border=True)
    happened(
        f"Pretraining of {MODEL} read {format_count(first.tokens)} tokens; tuning it on {format_count(TUNING_TOKENS)} "
        f"tokens is **{tuned.times_less_work(first) / 1e6:,.0f} million times** less work. What stops people is not "
        f"the work but the memory: {format_gb(tuned.memory_bytes)} for every weight, "
        f"{format_gb(lora.memory_bytes)} with LoRA."
    )
    rows = [
        {
            "way": each.way,
            "data": each.data,
            "tokens": format_count(each.tokens),
            "FLOPs": format_power(each.flops, 2),
            "GPU hours": format_digits(each.gpu_hours, 3),
            "USD": f"{each.usd:,.2f}" if each.usd < 1e4 else f"{each.usd:,.0f}",
            "memory": format_gb(each.memory_bytes) if each.memory_bytes else "thousands of GPUs",
            "how": each.note,
        }
        for each in found
    ]
    show_table(rows, alt="Data, tokens, FLOPs, GPU hours, price and memory of each way")
    ui.formula(
        f"6 FLOPs for each parameter and token, 4 where the weight itself is frozen; one {CARD} used as well as for "
        f"{WELL_USED}. Memory: the calculator's, one sequence of 1,024 tokens, activations checkpointed (which adds "
        "up to 2 FLOPs, left out). One epoch, one run that succeeds; people, data and failed runs come on top."
    )
    rlhf = feedback_cost()
    ui.published(
        f"RLHF of {rlhf.model}: {rlhf.rlhf_pf_days:g} petaflop/s-days ({format_power(rlhf.rlhf_flops, 2)} FLOPs), "
        f"after {rlhf.supervised_pf_days:g} for supervised tuning and {rlhf.pretraining_pf_days:,g} for pretraining: "
        f"{rlhf.share_of_pretraining:.1%} of it, without the labellers' time. Its data: about "
        f"{rlhf.written_prompts:,} prompts with an answer that somebody wrote, {rlhf.ranked_prompts:,} whose answers "
        f"people ranked, and {rlhf.reinforcement_prompts:,} to which only the model answered "
        f"([{rlhf.source.title}]({rlhf.source.url}))."
    )
    st.page_link("pages/memory_calculator.py", label="Any other model or card: the memory calculator")
    return rows
