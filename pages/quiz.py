"""A quiz across the course: spaced, every option explained, kept and taken home."""

from lib import ui
from lib.lesson.quiz.standing import rows_of
from lib.ui.lesson.quiz.keeping import record
from lib.ui.lesson.quiz.views import chosen_view

ui.chapter("quiz")
ui.predict("quiz")

with ui.guard():
    chosen_view()

ui.check_yourself("quiz")
ui.take_away("quiz", rows=rows_of(record()))
