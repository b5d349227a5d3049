"""The views of the chapter on human values: one at a time, each with a sentence that says what it is for."""

from __future__ import annotations

from collections.abc import Callable

from lib.ui.alignment.values.behaviours import where_it_comes_from
from lib.ui.alignment.values.judging import judge_pairs
from lib.ui.alignment.values.weighing import weigh_values
from lib.ui.kit import controls

VIEWS: dict[str, tuple[str, Callable[[], list[dict]]]] = {
    "Your weights": ("How much does each value count? Move a weight and see which answers win.", weigh_values),
    "Judge the pairs": ("Which answer is more helpful, honest, harmless? You first, then the course.", judge_pairs),
    "Bad behaviour": ("Three ways to behave badly: where each comes from, and what is done.", where_it_comes_from),
}


def chosen_view() -> list[dict]:
    """The choice of a view, and the view; the rows to take away."""
    return controls.one_view(VIEWS, key="hv_view")
