"""The record in this browser, and what its buttons do to it."""

from __future__ import annotations

import streamlit as st

from lib.lesson.quiz.boxes import Record
from lib.lesson.quiz.drawing import draw
from lib.lesson.quiz.questions import quiz
from lib.ui.kit.keeping.progress import QUIZ
from lib.ui.kit.kept import keep, kept


def record() -> Record:
    """What this browser keeps of the quiz."""
    return kept(QUIZ) or Record()


def replace_record(new: Record) -> None:
    keep(QUIZ, new)


def begin(count: int, seed: int, group: str | None) -> None:
    mine = record()
    seed += mine.rounds  # the next round asks other questions, and the same for all who share a seed
    keep(QUIZ, mine.begun(draw(mine, count, seed, group), seed))


def answer(id: str, key: str) -> None:
    """Count what is chosen in the radio buttons `key`; nothing where nothing is."""
    chosen = st.session_state.get(key)
    option = next((each for each in quiz()[id].asked.options if each.text == chosen), None)
    if option is not None:
        keep(QUIZ, record().answered(id, option.text, option.correct))


def move_on() -> None:
    keep(QUIZ, record().moved_on())


def end_round() -> None:
    keep(QUIZ, record().ended())
