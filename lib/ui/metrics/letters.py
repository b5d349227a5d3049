"""Writing that a metric does not read as its readers do: letters thrown away, languages without spaces."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lib.metrics.tokenisers import tokeniser
from lib.ui.kit.text import escape


def say_lost_letters(lost: Sequence[str]) -> None:
    """rouge-score is blind to most of the world's letters: say so wherever they occur."""
    if lost:
        some = ", ".join(f"“{escape(word[:30])}”" for word in lost[:4])
        more = f" and {len(lost) - 4} more" if len(lost) > 4 else ""
        st.warning(
            f"rouge-score keeps only a–z and 0–9: it throws letters of {some}{more} away, and ROUGE here is about what "
            "is left. BLEU and chrF read every script.",
            icon=":material/translate:",
        )


def say_no_spaces(suggested: str, chosen: str) -> None:
    """In a language without spaces a tokeniser that cuts at spaces makes one word of a sentence."""
    if not tokeniser(suggested).spaceless:
        return
    right = tokeniser(suggested).label
    if tokeniser(chosen).spaceless:
        st.info(
            f"These texts have no spaces between words: BLEU counts tokens of {tokeniser(chosen).label}, and says so "
            "in its signature.",
            icon=":material/translate:",
        )
    else:
        st.warning(
            f"These texts have no spaces between words: to the tokeniser {tokeniser(chosen).label} a sentence is one "
            f"word, and BLEU has no 4-grams to count. Choose {right}.",
            icon=":material/translate:",
        )
