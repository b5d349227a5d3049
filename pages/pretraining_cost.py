"""Pretraining: what it costs, and a model being born."""

from lib import ui
from lib.ui.lesson.pretraining.born import watch_it_being_born
from lib.ui.lesson.pretraining.cost import what_it_costs

VIEWS = {"cost": "What it costs", "born": "Watch it being born"}

ui.chapter("pretraining_cost")
ui.predict("pretraining_cost")

view = ui.segmented("Look at", VIEWS, "cost", key="pc_view")
rows: list[dict] = []
with ui.guard():
    rows = what_it_costs() if view == "cost" else watch_it_being_born()

ui.slide_and_fact("pretraining_cost")
ui.check_yourself("pretraining_cost")
ui.take_away("pretraining_cost", rows=rows, name=f"pretraining-{view}")
