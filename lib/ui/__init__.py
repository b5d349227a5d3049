"""What pages are made of. The only folder under `lib` that imports Streamlit.

kit/         what every page uses: a chapter's parts, controls, jobs, errors, tables, files
home/        the first page: one search, the course and what of it is done
memory/      the memory chapters        quant/       the quantization chapters
metrics/     ROUGE and BLEU             evaluation/  the evaluation chapters
training/    Live LoRA                  models/      models on a page: what is here, what can be fetched
lesson/      chapters of no other domain    alignment/   RLHF, values, toxicity, honesty
classroom/   a room, led and joined    serving/  the operator's page
presenter/   the second screen of whoever leads a lesson, and the demos of the slides
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
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.problems import guard, problem
from lib.ui.kit.text import escape

__all__ = [
    "chapter",
    "check_yourself",
    "escape",
    "footer",
    "formula",
    "guard",
    "happened",
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
