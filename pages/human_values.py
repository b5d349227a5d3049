"""Alignment: helpful, honest, harmless, where the three pull against each other, and where bad behaviour comes from."""

from lib import ui
from lib.ui.alignment.values.views import chosen_view

ui.chapter("human_values")
ui.predict("human_values")

rows: list[dict] = []
with ui.guard():
    rows = chosen_view()

ui.slide_and_fact("human_values")
ui.check_yourself("human_values")
ui.take_away("human_values", rows=rows)
