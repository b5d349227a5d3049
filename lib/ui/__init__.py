"""What pages are made of. The only folder under `lib` that imports Streamlit.

chapter.py   the parts every page has: goals, prediction, slide and fact, questions, what to take away
controls.py  inputs whose state is in the link and whose values are checked in Python
problems.py  the one place that shows an error
text.py      the one function that makes foreign text safe to show
session.py   who is asking (so that a job can be found again after a reload)
jobs.py      a job on a page: start, follow, stop
"""

from lib.ui.kit.chapter import (
    chapter,
    check_yourself,
    footer,
    formula,
    measured,
    predict,
    published,
    slide_and_fact,
    take_away,
)
from lib.ui.kit.controls import number, pick, segmented, select, slider, text, toggle
from lib.ui.kit.problems import guard, problem
from lib.ui.kit.text import escape

__all__ = [
    "chapter",
    "check_yourself",
    "escape",
    "footer",
    "formula",
    "guard",
    "measured",
    "number",
    "pick",
    "predict",
    "problem",
    "published",
    "segmented",
    "select",
    "slide_and_fact",
    "slider",
    "take_away",
    "text",
    "toggle",
]
