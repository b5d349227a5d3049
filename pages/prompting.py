"""Prompting: a task put into words, into examples, or into learnt vectors, and no weight of the model updated."""

from lib import ui
from lib.ui.lesson.prompting.views import chosen_view

ui.chapter("prompting")
ui.predict("prompting")

rows: list[dict] = []
with ui.guard():
    rows = chosen_view()

ui.slide_and_fact("prompting")
ui.check_yourself("prompting")
ui.take_away("prompting", rows=rows, name="prompting")
