"""Alignment: a list of bad words against a small classifier, how each fails, and who pays for it."""

from lib import ui
from lib.ui.alignment.toxicity.views import chosen_view

ui.chapter("toxicity")
ui.predict("toxicity")

rows: list[dict] = []
with ui.guard():
    rows = chosen_view()

ui.slide_and_fact("toxicity")
ui.check_yourself("toxicity")
ui.take_away("toxicity", rows=rows)
