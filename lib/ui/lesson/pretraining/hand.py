"""Loss, perplexity and bits per byte of one sentence, by hand."""

from __future__ import annotations

import math

import streamlit as st

from lib import ui
from lib.lesson.pretraining.reading import visible
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.tables import show_table
from lib.ui.lesson.pretraining.sentence import readings, sentence
from lib.units import format_digits


def loss_by_hand() -> list[dict]:
    """The rows to take away."""
    reading = sentence()
    if reading is None:
        return []
    loss = reading.loss
    first, second, third = st.columns(3)
    first.metric("Loss", f"{loss:.4f}", help="nats per token")
    second.metric("Perplexity", f"{reading.perplexity:,.1f}")
    third.metric("Bits per byte", f"{reading.bits_per_byte:.3f}")
    count, size = len(reading.scored), reading.scored_bytes
    happened(
        f"- Loss = Σ −ln p / tokens = {reading.nats:.3f} / {count} = **{loss:.4f}** nats per token\n"
        f"- Perplexity = e^loss = e^{loss:.4f} = **{reading.perplexity:,.2f}**: as unsure as if it chose among this "
        "many tokens, all equally likely\n"
        f"- Bits per byte = Σ −ln p / ln 2 / bytes = {reading.nats:.3f} / {math.log(2):.4f} / {size} = "
        f"**{reading.bits_per_byte:.4f}**"
    )
    difference = abs(loss - reading.library_loss)
    st.markdown(
        f":material/balance: transformers gives a loss of **{reading.library_loss:.4f}** for the same tokens, computed "
        f"in the same job; the two differ by {format_digits(difference, 1)}."
    )
    rows = [
        {"token": visible(each.text), "p": each.probability, "−ln p": -each.log_probability, "bytes": each.size_bytes}
        for each in reading.scored
    ]
    show_table(rows, alt="Every token that counts, its probability and its share of the loss")
    found = [each for each in readings().values() if each.scored]
    if len(found) > 1:
        show_table(
            [
                {
                    "model": each.model,
                    "tokens": len(each.scored),
                    "perplexity": each.perplexity,
                    "bits per byte": each.bits_per_byte,
                }
                for each in found
            ],
            alt="Perplexity and bits per byte of each model",
        )
        st.caption(
            "Perplexities per token cannot be compared between these models: they cut the text into different tokens. "
            "Bits per byte can, but for the first token, which nothing predicts and whose bytes are left out."
        )
    ui.formula("The first token is predicted by nothing and does not count, here as in transformers.")
    return rows
