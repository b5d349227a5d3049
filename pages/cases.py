"""Transfer tasks: a case for each group of chapters, decided first, then worked out with the app's own figures."""

from lib import ui
from lib.ui.lesson.cases.deciding import decide_case

ui.chapter("cases")
ui.predict("cases")

rows: list[dict] = []
with ui.guard():
    rows = decide_case()

ui.check_yourself("cases")
ui.take_away("cases", rows=rows)
