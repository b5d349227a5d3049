"""Which part of the quiz is looked at."""

from __future__ import annotations

from lib import ui
from lib.ui.lesson.quiz.asking import ask_round
from lib.ui.lesson.quiz.revisiting import what_to_revisit
from lib.ui.lesson.quiz.taking import keep_and_print

VIEWS = {"ask": "Answer", "revisit": "What to revisit", "keep": "Keep and print"}
SHOW = {"ask": ask_round, "revisit": what_to_revisit, "keep": keep_and_print}


def chosen_view() -> None:
    SHOW[ui.segmented("Look at", VIEWS, "ask", key="qz_view", label_visibility="collapsed")]()
