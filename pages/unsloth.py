"""Activity: fine-tune with Unsloth on a real GPU, know what is claimed of it, and bring the result back."""

from lib import ui
from lib.ui.lesson.unsloth.views import chosen_view

ui.chapter("unsloth")
ui.predict("unsloth")

rows: list[dict] = []
with ui.guard():
    rows = chosen_view()

ui.slide_and_fact("unsloth")
ui.check_yourself("unsloth")
ui.take_away("unsloth", rows=rows)
