"""Alignment: honesty measured. How sure a model says it is, and how often it is right."""

from lib import ui
from lib.ui.alignment.honesty.views import chosen_view

ui.chapter("honesty")
ui.predict("honesty")

rows: list[dict] = []
with ui.guard():
    rows = chosen_view()

ui.slide_and_fact("honesty")
ui.check_yourself("honesty")
ui.take_away("honesty", rows=rows)
