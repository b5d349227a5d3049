"""Token by token: surprise as colour, and what was expected in each token's place."""

from __future__ import annotations

import math

import streamlit as st

from lib.charts.lesson import next_token as charts
from lib.lesson.pretraining.reading import Candidate, Reading, Token, visible
from lib.ui.kit import controls
from lib.ui.kit.chapter import measured
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.tables import show_table
from lib.ui.kit.text import escape
from lib.ui.kit.tokens import Chip, chips
from lib.ui.lesson.pretraining.sentence import sentence
from lib.units import format_chance

DEEPEST_BITS = 14.0
"""Surprise at which the colour is deepest."""


def the_model_reads() -> list[dict]:
    """The rows to take away."""
    reading = sentence()
    if reading is None:
        return []
    chips(
        "The deeper the colour, the greater the surprise; the small number is its bits",
        list(map(_chip, reading.tokens)),
    )
    at = position(reading, default=_most_surprising(reading))
    _show_position(reading, at)
    rows = [_token_row(number, token) for number, token in enumerate(reading.tokens, start=1)]
    with st.expander("Every token in a table", icon=":material/table:"):
        show_table(rows, alt="Every token, its probability, and what the model expected")
    return rows


def position(reading: Reading, default: int) -> int:
    """The place in the text to look at, counted from 1 for the second token's; the last is the one after the text."""
    last = len(reading.tokens)
    if last == 1:
        return 1
    return min(controls.slider("Place in the text (tokens read)", 1, last, default, key=f"nt_at_{last}"), last)


def told_context(reading: Reading, at: int) -> str:
    """The end of what the model has read, as Markdown."""
    read = "".join(token.text for token in reading.tokens[:at])
    return escape(" ".join((("…" if len(read) > 60 else "") + read[-60:]).split()))


def _show_position(reading: Reading, at: int) -> None:
    truth = reading.tokens[at] if at < len(reading.tokens) else None
    candidates = list(truth.expected if truth else reading.next)
    if truth and all(each.text != truth.text for each in candidates):
        candidates.append(Candidate(truth.text, truth.probability))
    best = candidates[0]
    title = f"Expected: {visible(best.text)} at {best.probability:.0%}"
    st.markdown(f"### {told_context(reading, at)} :orange[{escape(visible(truth.text)) if truth else '…'}]")
    st.plotly_chart(charts.expected(candidates, truth.text if truth else None, title), key="nt_expected", alt=title)
    if truth:
        chance = format_chance(truth.surprise_bits * math.log(2))
        happened(
            f"What came is “{escape(visible(truth.text))}”. The model gave it **{chance}**: number "
            f"**{truth.rank:,}** of its guesses. "
            f"Surprise = −log₂ {truth.probability:.3g} = **{truth.surprise_bits:.1f} bits**."
        )
    else:
        st.markdown("This is the token after your text: nothing is true yet. A sampler would draw from these.")
    measured(
        f"{escape(reading.model)} here and now, in fp32: one pass over {len(reading.tokens)} tokens, "
        f"{reading.seconds:.2f} s."
    )


def _most_surprising(reading: Reading) -> int:
    """The place of the most surprising token; not of the first few, before which there is next to nothing to go by."""
    bits = [token.surprise_bits or 0.0 for token in reading.tokens]
    first = min(4, len(bits) - 1)
    return max(range(first, len(bits)), key=bits.__getitem__) or 1


def _chip(token: Token) -> Chip:
    bits = token.surprise_bits
    if bits is None:
        return Chip(visible(token.text), strength=0.0, figure="first")
    first = ", ".join(f"{visible(each.text)} {each.probability:.0%}" for each in token.expected[:3])
    return Chip(
        visible(token.text), strength=min(1.0, bits / DEEPEST_BITS), figure=f"{bits:.1f}", note=f"expected: {first}"
    )


def _token_row(number: int, token: Token) -> dict:
    return {
        "token": number,
        "text": visible(token.text),
        "probability": token.probability,
        "surprise_bits": token.surprise_bits,
        "rank": token.rank,
        "expected": ", ".join(f"{visible(each.text)} {each.probability:.1%}" for each in token.expected[:3]),
    }
