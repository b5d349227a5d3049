"""What a run was made of, on the page."""

from __future__ import annotations

import streamlit as st

from lib.training.methods.catalogue import methods
from lib.training.out.record import RunRecord
from lib.ui.kit.tables import show_table
from lib.ui.kit.text import escape

SHORT = 12
"""Characters of a hash that are shown; the JSON has all."""


def show_card(record: RunRecord) -> None:
    """The base's hashes in a sentence, everything else in a table."""
    card, run = record.card, record.run
    before, after = card.base_sha256_before[:SHORT], (card.base_sha256_after or "")[:SHORT]
    if card.base_unchanged:
        st.success(
            f"{len(record.steps)} steps, and the base model is bit for bit the same: SHA-256 of its weights "
            f"`{before}…` before and after. All that was learnt is in the adapter.",
            icon=":material/lock:",
        )
    elif card.is_quantized:
        st.info(
            f"{len(record.steps)} steps beside a copy of the base that was this run's own, frozen and held in "
            f"{card.held_in}. All that was learnt is in the adapter.",
            icon=":material/content_copy:",
        )
    elif card.base_unchanged is None:
        st.info("This run changed a copy of the weights that was its own.", icon=":material/content_copy:")
    else:
        st.error(f"The base model changed: SHA-256 `{before}…` before, `{after}…` after.", icon=":material/lock_open:")
    versions = ", ".join(f"{name} {number}" for name, number in card.versions)
    by_way = f"by way of {card.weights_by_way_of}" if card.weights_by_way_of else "comes with the app"
    rows = [
        {"What": "Model", "Value": f"{card.model} ({card.revision or by_way})"},
        {"What": "Texts", "Value": f"{card.data}, SHA-256 {card.data_sha256[:SHORT]}…"},
        {"What": "Settings", "Value": _settings_in_words(record)},
        {"What": "Base held in", "Value": card.precision},
        {"What": "Device", "Value": f"{card.device}, {card.threads} thread{'s' if card.threads > 1 else ''}"},
        {"What": "Versions", "Value": versions},
    ]
    method = methods()[run.method]
    how = f"{method.title}, rank {run.rank}" if method.lora else method.title
    with st.expander(f"The run's card: {escape(card.data)}, {how}, seed {run.seed}", icon=":material/badge:"):
        show_table(
            rows, alt="What the run was made of", column_config={"Value": st.column_config.TextColumn(width="large")}
        )


def _settings_in_words(record: RunRecord) -> str:
    shown = ("method", "rank", "lora_alpha", "learning_rate", "lr_scheduler_type", "steps", "batch_size", "seed")
    settings = record.own_settings
    return ", ".join(f"{name} {settings[name]}" for name in shown)
