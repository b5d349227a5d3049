"""Which GPUs Unsloth asks for; LoRA beside QLoRA on the chosen one."""

from __future__ import annotations

import streamlit as st

from lib import ui
from lib.charts.lesson import unsloth as charts
from lib.lesson.unsloth.cards import Card, Way, cards, spared_by_4_bits, two_ways
from lib.lesson.unsloth.claims import source_of, told
from lib.lesson.unsloth.saving import MODELS
from lib.ui.kit import controls
from lib.ui.kit.keeping.notes import note_sentence
from lib.ui.kit.tables import show_table
from lib.ui.lesson.unsloth.changes import LENGTHS
from lib.units import GIB, format_count, format_gib


def which_card() -> list[dict]:
    """The rows to take away."""
    left, middle, right = st.columns(3)
    with left:
        card = cards()[controls.select("GPU", list(cards()), "Tesla T4", key="un_gpu")]
    with middle:
        model = controls.select("Model", list(MODELS), "Llama-3.1-8B", key="un_gpu_model")
    with right:
        tokens = controls.pick("Tokens of a text", LENGTHS, 2_048, key="un_gpu_tokens", format_func="{:,}".format)
    _asked_for(card)
    lora, qlora = two_ways(model, card, tokens, 16)
    room = card.gpu.usable_bytes
    title = f"{card.name}, {model}: {_fitting(lora.fits(card.gpu), qlora.fits(card.gpu))}"
    figure = charts.two_ways((lora, qlora), room / GIB, f"{card.name}: {format_gib(room)}", title)
    st.plotly_chart(figure, key="un_two_ways", alt=title)
    _lora_and_qlora(lora, qlora)
    rows = [_row(way, card) for way in (lora, qlora)]
    show_table(rows, alt="LoRA and QLoRA of the model on the card")
    ui.formula(
        "Rank 16 on all linear layers, one text at a time, with what Unsloth spares and 8-bit AdamW; GiB on the GPU at "
        "the fullest moment."
    )
    with st.expander("Every card of the list", icon=":material/memory:"):
        listed = [
            {
                "GPU": each.name,
                "CUDA capability": f"{each.capability:.1f}",
                "asked for": "yes" if each.is_asked_for else "no",
                "16-bit type": each.half_type,
                "memory": format_gib(each.gpu.usable_bytes),
            }
            for each in cards().values()
        ]
        show_table(listed, alt="CUDA capability and 16-bit type of each card")
        sources = [
            source_of("cards", key) for key in ("asks_for_source", "bf16_source", "capability_source", "legacy_source")
        ]
        st.caption(" · ".join(f"[{each.title}]({each.url})" for each in sources))
    return rows


def _asked_for(card: Card) -> None:
    asks = told()["cards"]["asks_for"]
    half = (
        "trains in bf16"
        if card.half_type == "bf16"
        else "has no bf16, so it trains in fp16, whose largest number is 65,504: watch for a loss of 0 or NaN"
    )
    words = f"{card.name}: CUDA capability {card.capability:.1f}, and {asks:.1f} is asked for. It {half}."
    if card.is_asked_for:
        st.success(words, icon=":material/check:")
    else:
        st.warning(f"{words} Unsloth says that such cards work, but slowly.", icon=":material/hourglass_top:")
    note_sentence(words)


def _fitting(lora_fits: bool, qlora_fits: bool) -> str:
    if lora_fits and qlora_fits:
        return "LoRA and QLoRA fit"
    return "QLoRA fits, LoRA does not" if qlora_fits else "neither fits"


def _lora_and_qlora(lora: Way, qlora: Way) -> None:
    ui.happened(
        f"Both train the same **{format_count(lora.trained)}** parameters in A and B. They differ in the frozen base "
        f"alone: 16 bits or 4, which spares **{format_gib(spared_by_4_bits(lora, qlora))}**. LoRA is no "
        "quantization, and QLoRA is LoRA over a base that is held in 4 bits and turned back into 16 for every product."
    )


def _row(way: Way, card: Card) -> dict:
    return {
        "way": "LoRA" if way.method == "lora" else "QLoRA",
        "bits of the frozen base": way.base_bits,
        "trained parameters": way.trained,
        "weights (GiB)": round(way.made.size_of("weights") / GIB, 2),
        "in all (GiB)": round(way.made.total_bytes / GIB, 2),
        "fits": "yes" if way.fits(card.gpu) else "no",
        "longest text (tokens)": way.longest,
    }
