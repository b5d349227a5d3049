"""What each way changes in one real matrix."""

from __future__ import annotations

import streamlit as st

from lib import ui
from lib.charts.in_words import in_words
from lib.charts.lesson import ways as charts
from lib.charts.lesson.weight_update import corner
from lib.lesson.ways.changes import Change, Changes, changes
from lib.ui.kit import controls
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.tables import show_table
from lib.ui.kit.text import escape

TITLES = {
    "pretraining": "Pretraining",
    "fine_tuning": "Fine-tuning",
    "rlhf": "Preferences (DPO)",
    "adapters": "Adapter (LoRA)",
    "soft_prompt": "Soft prompt",
    "prompting": "Prompting",
    "quantization": "Quantization",
}
PAGES = {
    "pretraining": ("pages/pretraining_cost.py", "What pretraining costs, and a model being born"),
    "fine_tuning": ("pages/live_lora.py", "Fine-tune all weights: Live LoRA, Compare"),
    "rlhf": ("pages/rank_answers.py", "Rank answers, let a reward learn, tune a policy"),
    "adapters": ("pages/adapters.py", "Adapters, one by one"),
    "soft_prompt": ("pages/prompting.py", "A soft prompt, and the words nearest to it"),
    "prompting": ("pages/prompting.py", "What examples in a prompt are worth"),
    "quantization": ("pages/quantization_lab.py", "Load a real model in 4 bits"),
}


def what_changes() -> list[dict]:
    """The rows to take away."""
    told = changes()
    name = controls.segmented("Way", {each: TITLES[each] for each in told.by_name}, "fine_tuning", key="wt_way")
    here = told.by_name[name]
    st.plotly_chart(
        charts.relative_changes(told.by_name, TITLES, name),
        key="wt_bars",
        alt=", ".join(f"{TITLES[each.name]}: {each.relative_change:.2g}" for each in told.by_name.values()),
    )
    _corners(here)
    happened(_change_in_words(told, here))
    page, label = PAGES[name]
    st.page_link(page, label=label, icon=":material/arrow_forward:")
    rows = [_change_row(each) for each in told.by_name.values()]
    whole = st.column_config.NumberColumn(format="localized")
    show_table(
        rows,
        alt="What each way changed in the matrix, what it trained and what it read",
        column_config={"parameters trained": whole, "tokens read": whole},
    )
    facts = told.facts
    ui.measured(
        f"{escape(facts['model'])}, layer {facts['layer']}, {facts['matrix']} ({facts['shape'][0]} × "
        f"{facts['shape'][1]}); tuned for {facts['steps']} steps of {facts['batch_size']} kopi texts; recorded "
        f"{facts['date']} on {escape(facts['device'])}, torch {facts['versions']['torch']}, bitsandbytes "
        f"{facts['versions']['bitsandbytes']}, by {facts['source']}."
    )
    return rows


def _corners(here: Change) -> None:
    largest, change = here.largest_in_corner, here.largest_change_in_corner
    parts = (
        ("before", here.before, largest),
        ("after", here.after, largest),
        (f"difference, up to {change:.1g}" if change else "difference: zero", here.difference, change or largest),
    )
    for column, (title, numbers, strongest) in zip(st.columns(3), parts, strict=True):
        with column:
            figure = corner(numbers, title, strongest, height=250)
            st.plotly_chart(figure, key=f"wt_{title[:5]}", alt=in_words(figure, f"The matrix's corner, {title}"))
    st.caption(
        f"The first {here.before.shape[0]} rows and columns. Blue is below zero, orange above. Before and after share "
        f"one scale, up to {largest:.2g}; the difference has its own."
    )


def _change_in_words(told: Changes, here: Change) -> str:
    more = here.more
    if here.name == "pretraining":
        return (
            f"Before: random numbers, as the recipe makes them from its seed. After {here.tokens:,} tokens: what the "
            "model knows. Hardly anything is left of the start: numbers in the same place correlate by "
            f"{more['correlation_with_start']:.2f}. (Whether that run drew these very numbers cannot be seen now.)"
        )
    if here.name == "fine_tuning":
        return (
            f"Every weight moves a little: ΔW has the full rank {here.rank}, and is {here.relative_change:.1%} of W. "
            f"The loss of a batch went from {more['first']:.2f} to {more['last']:.2f} nats in {more['seconds']:.0f} s."
        )
    if here.name == "adapters":
        return (
            f"Merged into W, the adapter changes every number as well, but ΔW = (α/r) B A has rank **{here.rank}** of "
            f"{min(told.facts['shape'])}: look for rows and columns that repeat. {here.trained:,} numbers were trained."
        )
    if here.name == "rlhf":
        dpo = told.facts["dpo"]
        return (
            f"Shown is DPO (Rafailov et al. 2023) on {dpo['pairs']} pairs of a polite and a rude answer, in "
            f"{dpo['steps']} steps. It learns the same kind of preference as RLHF, without a reward model; RLHF itself "
            "was not run. "
            f"The polite answers' lead went from {more['margin_before_nats']:+.1f} to {more['margin_after_nats']:+.1f} "
            f"nats, on average over the pairs it was trained on, while W moved by {here.relative_change:.1%}."
        )
    if here.name == "soft_prompt":
        return (
            f"{here.trained:,} numbers in front of the text were trained, and the loss of a batch went from "
            f"{more['first']:.2f} to {more['last']:.2f}. This matrix did not notice: it was frozen."
        )
    if here.name == "prompting":
        return (
            "No weight is updated, whatever the prompt says. The SHA-256 of all weights before and after answering: "
            f"`{more['sha256'][:16]}…`, {'the same' if more['same_sha256'] else 'another one'}."
        )
    return (
        "Not actually training: in every block of 64 numbers each is rounded to one of 16 levels, scaled to the "
        "largest. "
        f"Nothing was learnt; the rounding error is {here.relative_change:.1%} of W, "
        + ("more" if here.relative_change > told.by_name["fine_tuning"].relative_change else "less")
        + " than all that fine-tuning changed."
    )


def _change_row(each: Change) -> dict:
    return {
        "way": TITLES[each.name],
        "numbers changed": f"{each.changed_share:.0%}",
        "relative change": round(each.relative_change, 4),
        "rank of the change": each.rank,
        "parameters trained": each.trained,
        "tokens read": each.tokens,
    }
