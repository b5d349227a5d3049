"""Learnt vectors, the words nearest to them, and why these words mean nothing."""

from __future__ import annotations

from html import escape

import streamlit as st

from lib.charts.lesson import prompting as charts
from lib.lesson.prompting.runs import NearestWords
from lib.ui.lesson.prompting.scored import in_numbers


def draw_nearest(found: NearestWords) -> None:
    """Nothing of a soft prompt can be read: its vectors are where no word is."""
    names = [f"{each.position}: {_word(each.words[0])}" for each in found.near]
    st.header("What does the soft prompt say?", anchor=False)
    st.plotly_chart(
        charts.how_far_from_words(
            found, names, f"Nearest words, {found.times_usual:.0f} times as far as words are from each other"
        ),
        key="pr_nearest",
        alt="; ".join(f"{name}, {each.distance:.2f} away" for name, each in zip(names, found.near, strict=True)),
    )
    st.markdown(
        f"Each learnt vector has a nearest word, but none is near: the closest is {found.nearest_distance:.2f} away, "
        f"while a real word's vector has another at {found.usual_distance:.2f} (the median). The learnt vectors are "
        f"up to {found.longest:.1f} long, a word's usually {found.usual_length:.2f}."
    )
    st.markdown(
        f"The test: with these nearest words in front as ordinary text, {in_numbers(found.as_words)} are right; with "
        f"nothing in front, {in_numbers(found.nothing)}. What was learnt is in the vectors, not in the words."
    )


def _word(text: str) -> str:
    """As an axis of a chart writes it, which would take markup for markup."""
    return escape(text.strip().replace("\n", "⏎")) or "(space)"
