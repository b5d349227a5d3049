"""Pretraining: one task, predicting the next token, and what it looks like from inside."""

from lib import ui
from lib.ui.lesson.pretraining.views import chosen_view

ui.chapter("next_token")
ui.predict("next_token")

view = chosen_view()
rows: list[dict] = []
with ui.guard():
    rows = view()

ui.slide_and_fact("next_token")
ui.check_yourself("next_token")
ui.take_away("next_token", rows=rows)
