"""The worst text with the highest score: asking for it, and the board of the room's texts."""

from __future__ import annotations

import streamlit as st

from lib.classroom.leaderboard import PART, REFERENCE, Board, board, is_board
from lib.classroom.records import LONGEST_TEXT, Asked, Room, Words
from lib.ui.classroom.doing import ask_room_in_words
from lib.ui.kit.chapter import formula
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.tables import show_table
from lib.ui.kit.text import escape

SHOWN = 10
"""Texts on the board; the files hold all."""


def heading(asked: Asked) -> str:
    """A question as Markdown: a chapter's own, or somebody's words made safe."""
    if asked.choices:
        return asked.question
    said = escape(asked.question)
    return f"Write the worst text that still scores high against “{said}”" if is_board(asked) else said


def asking_for_the_worst(room: Room) -> None:
    with st.form("ask_worst"):
        label = "Who writes the worst text that scores high against"
        st.text_input(label, REFERENCE, key="reference", max_chars=LONGEST_TEXT)
        st.form_submit_button(
            "Let them write",
            icon=":material/leaderboard:",
            on_click=ask_room_in_words,
            args=(room.code, "reference", PART),
        )
        st.caption("Let through what is bad enough; the board then orders it by ROUGE-1.")


def show_board(asked: Asked, said: list[Words]) -> None:
    made = board(asked, said)
    if not made.entries:
        st.caption("No text on the board yet: the instructor lets them through under “The room's words”.")
        return
    rows = [
        {
            "place": place,
            "ROUGE-1 F1": round(entry.rouge_1, 3),
            "ROUGE-L F1": round(entry.rouge_l, 3),
            "BLEU": round(entry.bleu, 1),
            "text": entry.text,  # last: on a phone the numbers stay in sight
        }
        for place, entry in enumerate(made.entries[:SHOWN], start=1)
    ]
    show_table(rows, alt="The room's texts, highest ROUGE-1 first, with ROUGE-L and BLEU")
    happened(_made_in_words(made))
    formula(
        "ROUGE F1 by rouge-score, 0 to 1; BLEU of one sentence by sacrebleu, 0 to 100. "
        "Neither knows whether a text is bad."
    )


def _made_in_words(made: Board) -> str:
    best = made.entries[0]
    said = (
        f"“{escape(best.text)}” leads with a ROUGE-1 of {best.rouge_1:.3f}, which is blind to the order of words. "
        f"ROUGE-L, which minds it, gives it {best.rouge_l:.3f}, and BLEU {best.bleu:.1f} of 100."
    )
    if made.copies:
        said += f" Left off: {made.copies} that only copied the reference."
    return said
