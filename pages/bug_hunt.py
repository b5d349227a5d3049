"""Bug hunt: runs that go wrong on purpose; find out why, and repair them."""

from lib import ui
from lib.ui.training import bug_hunt

ui.chapter("bug_hunt")
ui.predict("bug_hunt")

bug_hunt.hunt(*bug_hunt.chosen_case())
rows = bug_hunt.score_card()

ui.slide_and_fact("bug_hunt")
ui.check_yourself("bug_hunt")
ui.take_away("bug_hunt", rows=rows, name="bug-hunt")
