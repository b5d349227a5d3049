"""Up to four settings: curves, cost, forgetting, and what the numbers show."""

from __future__ import annotations

import dataclasses

import streamlit as st

from lib import ui
from lib.charts.training import compare as charts
from lib.engine import JobView
from lib.training.comparing.as_rows import runs_as_rows
from lib.training.comparing.comparison import Comparison
from lib.training.comparing.outcomes import columns
from lib.ui.kit import jobs
from lib.ui.training.compare import table, words
from lib.ui.training.compare.columns import column
from lib.ui.training.compare.going import found_by, how_long, progress_line, queue_comparison
from lib.ui.training.compare.shared import shared_controls

KIND = "lora-compare"
USUAL = ("base", "few_shot", "lora", "full")
USUAL_SEEDS = 2


def methods_side_by_side() -> None:
    shared = shared_controls("cmp", USUAL_SEEDS)
    settings = []
    for place, (part, usual) in enumerate(zip(st.columns(len(USUAL)), USUAL, strict=True), start=1):
        with part.container(border=True, height="stretch"):
            settings.append(column(place, usual, shared))
    chosen = _unlike(tuple(each for each in settings if each is not None))
    wanted = Comparison(chosen, shared.seeds) if chosen else None
    jobs.start_and_stop(KIND, "Compare", queue_comparison, KIND, wanted)
    how_long(wanted)
    if jobs.current(KIND) is None:
        coming = columns(wanted, ()) if wanted else ()  # its axis has the steps that are chosen
        st.plotly_chart(charts.overlaid(coming), key="cmp-chart", alt=charts.describe(coming))
        st.caption("Press Compare: every setting is run on the same texts, once with each seed.")
    jobs.live(KIND, _draw_comparison)


def _unlike(settings: tuple) -> tuple:
    """Settings with labels that differ: the second of a name is numbered."""
    seen, found = {}, []
    for each in settings:
        seen[each.label] = seen.get(each.label, 0) + 1
        again = f" ({seen[each.label]})" if seen[each.label] > 1 else ""
        found.append(dataclasses.replace(each, label=each.label + again))
    return tuple(found)


def _draw_comparison(view: JobView) -> None:
    found = found_by(view)
    progress_line(view, found)
    st.plotly_chart(charts.overlaid(found), key="cmp-chart", alt=charts.describe(found))
    words.failures(found)
    if not any(each.whole for each in found):
        return
    if not view.state.active:
        words.less_and_less(found)
    with ui.guard():
        table.cost_table(found)
    table.what_the_figures_are(found)
    table.facts_table(found)


def exports_of(kind: str) -> tuple[list[dict] | None, dict | None]:
    """(Every run as a row, the settings beside them) of the newest comparison of this kind."""
    view = jobs.current(kind)
    rows = runs_as_rows(found_by(view)) if view else []
    if not rows:
        return None, None
    settings = [dataclasses.asdict(setting) for setting in view.argument.settings]
    return rows, {"seeds": view.argument.seeds, "settings": settings, "runs": rows}
