"""Cards to sort."""

from __future__ import annotations

import streamlit as st

from lib.lesson.ways.sorting import boards
from lib.ui.kit import controls
from lib.ui.kit.keeping.notes import note_sentence

OPEN = "open"


def sort_the_cards() -> list[dict]:
    """The rows to take away."""
    titles = {name: board.title for name, board in boards().items()}
    board = boards()[controls.segmented("Sort by", titles, "trained", key="ww_board")]
    top = st.container()
    rows = []
    columns = st.columns(2)
    for number, card in enumerate(board.cards):
        with columns[number % 2].container(border=True):
            st.markdown(f"**{card.name}.** {card.about}")
            places = {OPEN: "?", **board.places}
            place = controls.segmented(
                f"{card.name}: {board.title}",
                places,
                OPEN,
                key=f"ww_{board.name}_{number}",
                label_visibility="collapsed",
            )
            if place == card.place:
                st.success(card.says(place), icon=":material/check:")
            elif place != OPEN:
                st.warning(card.says(place), icon=":material/close:")
            rows.append({"card": card.name, "sorted into": places[place], "right": place == card.place})
    right, sorted_in = sum(row["right"] for row in rows), sum(row["sorted into"] != "?" for row in rows)
    says = f"Sorted: {sorted_in} of {len(rows)} cards; where they belong: {right}"
    note_sentence(f"{says}.")
    top.progress(right / len(rows), says)
    return rows
