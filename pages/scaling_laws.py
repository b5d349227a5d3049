"""Scaling laws: what size and text buy, where models lie, what serving adds, and a law of one's own."""

from lib import ui
from lib.ui.lesson.scaling.law import the_laws
from lib.ui.lesson.scaling.own import fit_your_own
from lib.ui.lesson.scaling.placed import where_models_lie
from lib.ui.lesson.scaling.serving import cost_of_serving

VIEWS = {
    "laws": ("The laws", the_laws),
    "placed": ("Where models lie", where_models_lie),
    "serving": ("The cost of serving", cost_of_serving),
    "own": ("Fit your own", fit_your_own),
}

ui.chapter("scaling_laws")
ui.predict("scaling_laws")

view = ui.segmented("Look at", {name: title for name, (title, _) in VIEWS.items()}, "laws", key="sl_view")
rows: list[dict] = []
with ui.guard():
    rows = VIEWS[view][1]()

ui.slide_and_fact("scaling_laws")
ui.check_yourself("scaling_laws")
ui.take_away("scaling_laws", rows=rows, name=f"scaling-laws-{view}")
