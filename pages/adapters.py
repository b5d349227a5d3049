"""Adapters: what is added to a frozen block, how low the rank of a real update is, what a request pays."""

from lib import ui
from lib.ui.lesson.adapters.block import where_they_go
from lib.ui.lesson.adapters.rank import how_low_is_the_rank
from lib.ui.lesson.adapters.times import what_a_request_pays

VIEWS = {
    "block": ("Where they go", where_they_go),
    "rank": ("How low is the rank", how_low_is_the_rank),
    "times": ("What a request pays", what_a_request_pays),
}

ui.chapter("adapters")
ui.predict("adapters")

titles = {name: title for name, (title, _) in VIEWS.items()}
view = ui.segmented("Look at", titles, "block", key="ad_view")
rows: list[dict] = []
with ui.guard():
    rows = VIEWS[view][1]()

ui.slide_and_fact("adapters")
ui.check_yourself("adapters")
ui.take_away("adapters", rows=rows, name=f"adapters-{view}")
