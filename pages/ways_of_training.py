"""Ways of training: what each changes in a real matrix, and what it takes."""

from lib import ui
from lib.ui.lesson.ways.changes import what_changes
from lib.ui.lesson.ways.costs import what_it_takes
from lib.ui.lesson.ways.two_ways import two_ways_out

VIEWS = {
    "changes": ("What changes", what_changes),
    "costs": ("What it takes", what_it_takes),
    "two": ("Shortcomings and ways out", two_ways_out),
}

ui.chapter("ways_of_training")
ui.predict("ways_of_training")

titles = {name: title for name, (title, _) in VIEWS.items()}
view = ui.segmented("Look at", titles, "changes", key="wt_view")
rows: list[dict] = []
with ui.guard():
    rows = VIEWS[view][1]()

ui.slide_and_fact("ways_of_training")
ui.check_yourself("ways_of_training")
ui.take_away("ways_of_training", rows=rows, name=f"ways-of-training-{view}")
