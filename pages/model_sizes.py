"""Does size matter: which models there are, and small ones against big ones."""

from lib import ui
from lib.ui.lesson.scaling.models import the_landscape
from lib.ui.lesson.scaling.small_big import small_against_big

VIEWS = {"landscape": "Every model", "small": "Small against big"}

ui.chapter("model_sizes")
ui.predict("model_sizes")

view = ui.segmented("Look at", VIEWS, "landscape", key="ms_view")
rows: list[dict] = []
with ui.guard():
    rows = the_landscape() if view == "landscape" else small_against_big()

ui.slide_and_fact("model_sizes")
ui.check_yourself("model_sizes")
ui.take_away("model_sizes", rows=rows, name=f"model-sizes-{view}")
