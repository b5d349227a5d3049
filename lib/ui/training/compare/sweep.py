"""One setting varied, all else alike: small multiples, and which wins."""

from __future__ import annotations

import streamlit as st

from lib import ui
from lib.charts.training import compare as charts
from lib.engine import JobView
from lib.training.comparing.calculated import architecture_of
from lib.training.comparing.comparison import Comparison
from lib.training.comparing.findings import winner
from lib.training.comparing.sweeps import SWEEPS
from lib.training.methods.catalogue import methods
from lib.ui.kit import controls, jobs
from lib.ui.training.compare import table, words
from lib.ui.training.compare.columns import setting_of
from lib.ui.training.compare.going import found_by, how_long, progress_line, queue_comparison
from lib.ui.training.compare.shared import shared_controls

KIND = "lora-sweep"
USUAL_SEEDS = 2


def sweep() -> None:
    shared = shared_controls("sweep", USUAL_SEEDS)
    kinds = {name: method.title for name, method in methods().items() if method.lora}
    left, right = st.columns(2)
    with left:
        what = controls.segmented("What is varied", list(SWEEPS), "Rank", key="sweep_what")
    with right:
        name = controls.select("Method", kinds, "lora", key="sweep_method")
    with st.expander("Everything else stays as it is here", icon=":material/lock:"):
        setting = setting_of("sweep", methods()[name], shared)
    if what == "Rank" and methods()[name].scaling == "alpha/r":
        st.caption(
            "lora_alpha stays as well: the update is B A times lora_alpha / r, and since B A grows with r, one "
            "learning rate suits every rank. Raised with the rank, as many do, it asks for a lower rate at a high rank."
        )
    wanted = None
    with ui.guard():
        if setting is not None:
            layers = architecture_of(shared.model).num_hidden_layers
            wanted = Comparison(SWEEPS[what](setting.run, layers), shared.seeds)
    jobs.start_and_stop(KIND, "Sweep", queue_comparison, KIND, wanted)
    how_long(wanted)
    if jobs.current(KIND) is None:
        st.caption("Press Sweep: one run after another, drawn beside each other.")
    jobs.live(KIND, _draw_sweep)


def _draw_sweep(view: JobView) -> None:
    found = found_by(view)
    progress_line(view, found)
    best = winner(found)
    if not view.state.active and view.argument.going_on(view.events) is None:
        words.who_wins(best)
    st.plotly_chart(charts.small_multiples(found, best), key="sweep-chart", alt=charts.describe(found))
    words.failures(found)
    if not any(each.whole for each in found):
        return
    with ui.guard():
        table.cost_table(found)
    table.what_the_figures_are(found)
