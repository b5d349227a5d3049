"""How far off is this calculator? Its estimates and the rules of thumb against what was recorded."""

from __future__ import annotations

import streamlit as st

from lib.charts.memory import calculator as charts
from lib.memory.ask.accuracy import Accuracy, Section, accuracy, recorded
from lib.ui.kit.chapter import measured, simulated
from lib.ui.kit.tables import show_table
from lib.units import GIB

ON_A_GPU = "cuda"


def how_far_off() -> None:
    """Our estimate and the rules of thumb against what was measured on a GPU, or simulated where none was."""
    found = accuracy()
    verb = "measured" if ON_A_GPU in recorded() else "simulated"
    _errors(found, verb)
    title = f"{len(found.records)} peaks {verb}: the estimate lies on the line, the rules of thumb do not"
    st.plotly_chart(charts.accuracy(found, verb, title), key="memory_accuracy", alt=title)
    for section in recorded().values():
        say = simulated if section.way == "fake" else measured
        versions = ", ".join(f"{name} {version}" for name, version in section.versions.items())
        say(f"{section.device}, {len(section.records)} values, {section.date}, {versions}.")
    if ON_A_GPU not in recorded():
        st.caption(
            "No GPU has been measured yet: these peaks come from PyTorch's MemTracker, which runs every operation of "
            "the real model on tensors without contents, and from real tensors on the CPU. A GPU's kernels add "
            "workspaces of their own, and its allocator rounds up; `python -m scripts.measure_memory cuda` measures "
            "that."
        )
    with st.expander("Every value", icon=":material/table:"):
        show_table(
            [row for section in recorded().values() for row in _table_rows(section)],
            alt="Every recorded value beside its estimate",
            column_config={"off": st.column_config.NumberColumn(format="percent")},
        )


def _errors(found: Accuracy, verb: str) -> None:
    one, two, three, four = st.columns(4)
    one.metric("Our mean error", f"{found.mean_error:.2%}", help=f"Against {verb} peaks")
    two.metric("Our worst", f"{abs(found.worst.error):.1%}", help=f"{found.worst.model}, {found.worst.what}")
    three.metric(
        "The rules' mean error",
        f"{found.rule_mean_error:.0%}",
        help=f"Over the {len(found.of_rule)} peaks that a rule speaks of: any serving, and training of all weights in "
        f"fp32 or mixed precision with Adam. Ours on the same: {found.mean_error_where_rule_speaks:.2%}",
    )
    four.metric(verb.capitalize(), f"{len(found.records)}", help=f"peaks, of {len(found.families)} families of models")


def _table_rows(section: Section) -> list[dict]:
    return [
        {
            "model": record.model,
            "what": f"{record.kind}, {record.what}",
            "how": {"cuda": "GPU", "fake": "simulated", "cpu": "CPU"}[section.way],
            "set-up": ", ".join(f"{key} {value}" for key, value in record.setup.items()),
            "recorded (GiB)": round(record.measured_bytes / GIB, 3),
            "estimated (GiB)": round(record.estimated_bytes / GIB, 3),
            "off": record.error,
        }
        for record in section.records
    ]
