"""Which way: from a reason for a model of one's own to a decision, and cards to sort."""

from lib import ui
from lib.ui.lesson.ways.deciding import which_way
from lib.ui.lesson.ways.sorting import sort_the_cards

VIEWS = {"path": ("Eight reasons", which_way), "cards": ("Sort the cards", sort_the_cards)}

ui.chapter("which_way")
ui.predict("which_way")

titles = {name: title for name, (title, _) in VIEWS.items()}
view = ui.segmented("Look at", titles, "path", key="ww_view")
rows: list[dict] = []
with ui.guard():
    rows = VIEWS[view][1]()

ui.slide_and_fact("which_way")
ui.check_yourself("which_way")
ui.take_away("which_way", rows=rows, name=f"which-way-{view}")
