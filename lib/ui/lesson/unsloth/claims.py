"""What is published of Unsloth, with source and date, beside the memory calculator's figures for the same set-ups."""

from __future__ import annotations

import streamlit as st

from lib import ui
from lib.charts.lesson import unsloth as charts
from lib.lesson.unsloth.claims import (
    SHORT,
    benchmark,
    by_length,
    four_texts,
    least,
    longest,
    reaches,
    setup_of,
    source_of,
)
from lib.ui.kit import controls
from lib.ui.kit.tables import show_table

TIMES, PERCENT = 2.0, 70.0
"""The slide's claim."""
CLAIMS = {
    "nine": "Twice as fast, 70% less",
    "length": "Memory by length",
    "longest": "The longest text",
    "least": "The least it takes",
}


def claimed_and_counted() -> list[dict]:
    """The rows to take away."""
    claim = controls.segmented("Claim", CLAIMS, "nine", key="un_claim")
    return {"nine": _nine_rows, "length": _by_length, "longest": _longest, "least": _least}[claim]()


def _nine_rows() -> list[dict]:
    rows = benchmark()
    both = [row for row in rows if reaches(row, TIMES, PERCENT)]
    title = f"{len(both)} of {len(rows)} rows: twice as fast and 70% less"
    st.plotly_chart(charts.nine_rows(rows, title, TIMES, PERCENT), key="un_nine", alt=title)
    fastest, slowest = max(row.times_as_fast for row in rows), min(row.times_as_fast for row in rows)
    most, fewest = (f(row.less_memory_percent for row in rows) for f in (max, min))
    beside = [row.times_beside_flash for row in rows]
    ui.happened(
        f"Unsloth's own benchmark has {slowest:g} to {fastest:g} times the speed and {fewest:g} to {most:g}% less "
        f"memory. Only {both[0].model} on the {both[0].card} reaches both of the slide's numbers. Beside Hugging Face "
        f"with the faster attention alone the factor is {min(beside):.2f} to {max(beside):.2f}."
    )
    told = [
        {
            "card": row.card,
            "model": row.model,
            "texts": row.data,
            "times as fast": row.times_as_fast,
            "with faster attention alone": row.with_flash_attention,
            "less memory (%)": row.less_memory_percent,
        }
        for row in rows
    ]
    show_table(told, alt="The nine rows of the benchmark")
    _published("benchmark")
    st.caption("The page does not say batch and length, so the calculator cannot be asked the same: see the next two.")
    return told


def _by_length() -> list[dict]:
    rows = by_length()
    row = next(each for each in rows if each.tokens == 32_768)
    short = rows[0]
    formula = f"{row.plain_gib:.0f} and {row.spared_gib:.0f} GiB by formula"
    title = f"32,768 tokens: {row.flash_gb} and {row.unsloth_gb} GB reported, {formula}"
    st.plotly_chart(charts.by_length(rows, title), key="un_length", alt=title)
    off = max(each.spared_apart_gib for each in rows)
    faster = [each.faster for each in rows if each.faster is not None]
    ui.happened(
        f"At {row.tokens:,} tokens {row.less_share:.0%} less memory is reported; at {short.tokens:,} it is "
        f"{short.less_share:.0%}. The formula is never more than {off:.1f} GiB from what is reported with Unsloth. "
        f"Beside FlashAttention 2 it was {min(faster):.2f} to {max(faster):.2f} times as fast, not twice."
    )
    four = four_texts()
    ui.happened(
        f"With {four.texts} texts of {four.tokens:,} tokens at a time, in {four.bits} bits, the same page has "
        f"{four.unsloth_tokens_per_s:,} against {four.flash_tokens_per_s:,} tokens per second: {four.faster:.2f} times."
    )
    told = [
        {
            "tokens": each.tokens,
            "reported, FlashAttention 2 (GB)": each.flash_gb,
            "formula (GiB)": round(each.plain_gib, 1),
            "reported, Unsloth (GB)": each.unsloth_gb,
            "formula, spared (GiB)": round(each.spared_gib, 1),
            "times as fast": each.faster and round(each.faster, 2),
        }
        for each in rows
    ]
    show_table(told, alt="Memory by length: reported, and by formula")
    _published("by_length")
    ui.formula(
        "Without: what is not quantized in fp32, as peft prepares it (the report does not say). With: 16 bits, the "
        "loss in pieces, layer inputs in the computer's memory. The calculator knows no speed of training."
    )
    return told


def _longest() -> list[dict]:
    rows = longest()
    top = rows[-1]
    title = (
        f"On {top.card_gb} GB: {top.times_published:.0f} × the length published, {top.times_counted:.1f} × by formula"
    )
    st.plotly_chart(charts.longest(rows, title), key="un_longest", alt=title)
    ui.happened(
        f"Without Unsloth {top.flash_tokens:,} tokens are published for {top.card_gb} GB, and the formula says "
        f"{top.plain_tokens:,}. With it the claim is {top.unsloth_tokens:,} and the formula {top.spared_tokens:,}: the "
        f"changes that the calculator knows explain **{top.explained_share:.0%}** of the length. "
        "For the rest it has no formula."
    )
    told = [
        {
            "card (GB)": each.card_gb,
            "published, FlashAttention 2": each.flash_tokens,
            "formula": each.plain_tokens,
            "published, Unsloth": each.unsloth_tokens,
            "formula, spared": each.spared_tokens,
        }
        for each in rows
    ]
    show_table(told, alt="Tokens of the longest text by card: published, and by formula")
    _published("longest")
    ui.formula("The longest text at which the fullest moment fits; a card of N GB is taken to hold N GiB.")
    return told


def _least() -> list[dict]:
    rows = least()
    below = [each for each in rows if each.qlora_gb < each.weights_4_bits_gb]
    told = [
        {
            "size": each.size,
            "QLoRA, claimed (GB)": each.qlora_gb,
            "by formula (GB)": round(each.counted_qlora_gb, 1),
            "its weights alone (GB)": round(each.weights_4_bits_gb, 1),
            "LoRA, claimed (GB)": each.lora_gb,
            "LoRA by formula (GB)": round(each.counted_lora_gb, 1),
            "counted with": each.model,
        }
        for each in rows
    ]
    show_table(told, alt="The least memory for a size: claimed, and by formula")
    if below:
        one = below[0]
        ui.happened(
            f"For {one.size} the claim is {one.qlora_gb:g} GB. {one.model}'s weights alone take "
            f"**{one.weights_4_bits_gb:.1f} GB** in 4 bits, because its embedding and output matrix stay in 16. A size "
            "is no set-up: ask which model, how long the texts are and how many at once."
        )
    _published("least")
    ui.formula(f"One text of {SHORT} tokens, rank 16 on all linear layers, with what Unsloth spares. GB are 10⁹ bytes.")
    return told


def _published(part: str) -> None:
    source = source_of(part)
    setup = f" {setup_of(part)}." if part != "least" else ""
    ui.published(f"[{source.title}]({source.url}).{setup}")
