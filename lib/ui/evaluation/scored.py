"""One item as a model found it: the choices' scores under a rule, and the tokens they are made of."""

from __future__ import annotations

import streamlit as st

from lib.charts.evaluation import benchmarks as charts
from lib.evaluation.likelihood import RULES, ItemScored, TokenScore
from lib.ui.kit import controls
from lib.ui.kit.text import escape
from lib.ui.kit.tokens import Chip, chips
from lib.units import number_of

UNLIKELY_NATS = -6.0
MEANING = {
    "acc": "acc: the most probable choice as a whole",
    "acc_norm": "acc_norm: the most probable per character",
    "acc_bytes": "acc_bytes: the most probable per byte",
}


def show_scored_item(scored: ItemScored, model: str, key: str) -> None:
    """What the model takes by each rule, and why. `key` tells apart the places of a page that show one."""
    rule = controls.segmented(f"{model} picks by", MEANING, "acc", key=f"rule_{key}")
    st.plotly_chart(
        charts.choice_scores(scored, rule),
        key=f"choices_{key}_{scored.item.key}",
        alt="; ".join(f"{choice.choice}: {RULES[rule](choice):.2f}" for choice in scored.choices),
    )
    picks = {name: scored.picked(name) for name in RULES}
    if len(set(picks.values())) > 1:
        told = ", ".join(f"{name} takes “{escape(scored.choices[at].choice)}”" for name, at in picks.items())
        st.info(f"The rules disagree: {told}. The same model, the same item.", icon=":material/compare_arrows:")
    if scored.truncated:
        st.warning("The beginning did not fit the model's context and was cut off.", icon=":material/content_cut:")
    with st.expander("Token by token: where a choice loses", icon=":material/data_array:"):
        for choice in scored.choices:
            row = [
                Chip(_token(token), None if token.log_probability < UNLIKELY_NATS else 2, numbered=False)
                for token in choice.tokens
            ]
            chips(f"{choice.choice}: {choice.log_likelihood:.2f} nats in {number_of(len(choice.tokens), 'token')}", row)
        st.caption("Pale: the model gave this token a probability below 1 in 400 (e⁻⁶).")
        written = [choice.choice for choice in scored.choices if choice.greedy]
        if written:
            st.caption(f"Left alone, the model would have written exactly “{escape(written[0])}”.")


def _token(token: TokenScore) -> str:
    """A token as it is, its spaces made visible, and its log-probability."""
    return f"{token.text.replace(' ', '␣')} {token.log_probability:.1f}"
