"""Two set-ups side by side: one kept as A, in the session and in the link, and the one the controls say now."""

from __future__ import annotations

import streamlit as st

from lib.charts.memory import calculator as charts
from lib.errors import StudentError
from lib.memory import Estimate, Gpu, estimate
from lib.memory.ask.packed import pack, unpack
from lib.memory.ask.side_by_side import side_by_side
from lib.memory.model.weights import precision
from lib.ui.kit.problems import problem
from lib.ui.kit.tables import show_table
from lib.ui.memory.choosing.setup_controls import METHODS
from lib.ui.memory.units import in_unit


def two_setups(current: Estimate, card: Gpu, unit: str) -> None:
    st.button("Keep this one as A", icon=":material/push_pin:", on_click=_keep_as_a, args=(current,))
    kept = _kept_as_a(card)
    if kept is None:
        st.markdown("Keep the set-up above as **A**, then change the controls: both bars stay side by side.")
        return
    whole, parts = side_by_side(kept, current)
    title = f"B needs {in_unit(abs(whole.more_bytes), unit)} {'less' if whole.more_bytes < 0 else 'more'} than A"
    bars = {f"A · {_setup_name(kept)}": kept, f"B · {_setup_name(current)}": current}
    st.plotly_chart(charts.memory_bars(bars, card.usable_bytes, card.name, unit, title), key="memory_two", alt=title)
    rows = [
        {
            "part": charts.NAMES[part.key],
            "A": in_unit(part.first_bytes, unit),
            "B": in_unit(part.second_bytes, unit),
            "B − A": ("+" if part.more_bytes >= 0 else "−") + in_unit(abs(part.more_bytes), unit),
        }
        for part in parts
    ]
    show_table(rows, alt="The two set-ups part by part")


def _keep_as_a(current: Estimate) -> None:
    """In the session, and in the link where a link can hold it."""
    st.session_state["memory_kept"] = current
    packed = pack(current.architecture, current.setup)
    if packed is not None:
        st.query_params["a"] = packed
    elif "a" in st.query_params:
        del st.query_params["a"]


def _kept_as_a(card: Gpu) -> Estimate | None:
    """Set-up A: the one kept here, else the one the link brings."""
    kept = st.session_state.get("memory_kept")
    if kept is None and "a" in st.query_params:
        try:
            kept = estimate(*unpack(st.query_params["a"]), card)
        except StudentError as error:
            problem(error)
    return kept


def _setup_name(made: Estimate) -> str:
    return f"{made.architecture.name}, {NAMES[made.setup.job](made.setup)}"


NAMES = {
    "serve": lambda setup: f"{precision(setup.precision).label}, {setup.context:,} × {setup.sequences}",
    "train": lambda setup: f"{METHODS[setup.method]}, {setup.sequence:,} × {setup.batch}",
}
