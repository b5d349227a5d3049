"""What changes BLEU, on both pages alike: tokeniser, smoothing, weights."""

from __future__ import annotations

import streamlit as st

from lib.metrics.pair.bleu import UNIFORM
from lib.metrics.smoothing import SMOOTHINGS
from lib.metrics.tokenisers import tokenisers
from lib.ui.kit import controls


def choose_tokeniser() -> str:
    labels = {key: each.label for key, each in tokenisers().items()}
    return controls.select("Tokeniser (BLEU)", labels, "whitespace", key="tok")


def choose_smoothing() -> int:
    methods = {str(each.method): f"{each.method}: {each.name}" for each in SMOOTHINGS}
    return int(controls.select("Smoothing (BLEU, NLTK's)", methods, "0", key="smooth"))


def choose_weights() -> tuple[float, ...]:
    """The four weights as typed; they need not sum to 1, and NLTK does not ask that they do."""
    weights = []
    for order, (column, default) in enumerate(zip(st.columns(4), UNIFORM, strict=True), start=1):
        with column:
            weights.append(controls.number(f"Weight of {order}-grams", 0.0, 1.0, default, key=f"w{order}", step=0.05))
    return tuple(weights)
