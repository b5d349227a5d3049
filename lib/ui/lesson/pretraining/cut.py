"""How both models cut the same text into tokens."""

from __future__ import annotations

import streamlit as st

from lib.lesson.pretraining.reading import visible
from lib.ui.kit import controls
from lib.ui.kit.text import escape
from lib.ui.kit.tokens import Chip, chips
from lib.ui.lesson.pretraining.sentence import read_instead, readings, sentence
from lib.units import number_of

ORDER = "Teh C Siew Dai"


def cut_into_tokens() -> list[dict]:
    """The rows to take away."""
    words, button = st.columns([3, 1], vertical_alignment="center")
    words.caption("How is an order at a kopi stall cut? A number, your name, a word in another script?")
    button.button(f"Cut “{ORDER}”", on_click=read_instead, args=(ORDER,), icon=":material/content_cut:")
    if sentence() is None:
        return []
    numbers = controls.toggle("Show token ids", False, key="nt_ids")
    found = readings()
    for reading in found.values():
        row = [
            Chip(visible(token.text), at % 6, numbered=False, compared_as=str(token.id) if numbers else "")
            for at, token in enumerate(reading.tokens)
        ]
        tokens = number_of(len(reading.tokens), "token")
        chips(f"{reading.model}: {tokens}, {reading.bytes_per_token:.1f} bytes in each", row)
    counts = {name: len(reading.tokens) for name, reading in found.items()}
    if len(counts) > 1:
        fewest = min(counts, key=counts.get)
        told = " and ".join(f"**{count}** tokens for {escape(name)}" for name, count in counts.items())
        st.markdown(
            f"The same text is {told}. Whoever writes it pays one pass through the model per token, so "
            f"{escape(fewest)} needs the fewest passes."
            if len(set(counts.values())) > 1
            else "Both cut it into as many tokens, though not always at the same places."
        )
    st.caption(
        "Both tokenizers are byte-level BPE, made from counts: the bundled model's has 4,096 pieces, learnt from its "
        "107 old books, 41 of them single stories; SmolLM2's 49,152. What was frequent there is one piece, all else is "
        "put together from smaller ones, in the end from bytes, so that no text is unknown. ␣ is a space: it belongs "
        "to the word that follows."
    )
    return [
        {"model": name, "token": visible(token.text), "id": token.id, "bytes": token.size_bytes}
        for name, reading in found.items()
        for token in reading.tokens
    ]
