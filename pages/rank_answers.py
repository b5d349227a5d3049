"""RLHF, step 1: the student is the human who ranks."""

from lib import ui
from lib.alignment.ranking_file import to_file
from lib.ui.alignment.agreeing import how_far_judges_agree
from lib.ui.alignment.ranked import answers_of, load_again, mine
from lib.ui.alignment.ranking import rank_answers

VIEWS = {"rank": "Rank", "agree": "Do judges agree?"}

ui.chapter("rank_answers")
ui.predict("rank_answers")

model = answers_of()
view = ui.segmented("Look at", VIEWS, "rank", key="al_view")
rows: list[dict] = []
with ui.guard():
    if view == "rank":
        rank_answers(model)
    else:
        rows = how_far_judges_agree(model)
load_again(model)

ui.slide_and_fact("rank_answers")
ui.check_yourself("rank_answers")
ranked = mine(model).rankings
ui.take_away("rank_answers", rows=rows, data=to_file(ranked) if ranked else None, name="my-rankings")
