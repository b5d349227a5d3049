"""Answers to the same prompts beside each other, each with what it earns and whole: a table would cut them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from lib.ui.kit.text import followed_by

SHOWN = 6


@dataclass(frozen=True)
class Earning:
    """An answer, and what it earns."""

    prompt: str
    text: str
    """On one line."""
    reward: float

    @property
    def earned(self) -> str:
        """One decimal where it has one; no minus before a nought."""
        return f"{self.reward:z.1f}".removesuffix(".0")


def show_beside(titles: tuple[str, str], left: Sequence[Earning], right: Sequence[Earning]) -> None:
    """Two columns, the first answers of each; on a phone one below the other."""
    for column, title, answers in zip(st.columns(2), titles, (left, right), strict=True):
        with column:
            st.markdown(f"#### {title}")
            for each in answers[:SHOWN]:
                st.markdown(f"**{each.earned}** · {followed_by(each.prompt, each.text)}")
