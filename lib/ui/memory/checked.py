"""How far off is this calculator? Its estimates and the rules of thumb against what was measured."""

from __future__ import annotations

import json
from functools import cache

import plotly.graph_objects as go
import streamlit as st

from lib.charts.memory import calculator as charts
from lib.memory.ask.rules_of_thumb import ServingRule, TrainingRule
from lib.memory.model.catalogue import catalogue
from lib.places import ASSETS
from lib.ui.kit.chapter import measured
from lib.ui.kit.tables import show_table
from lib.units import GIB

RECORDED = ASSETS / "measurements" / "memory.json"


@cache
def recorded() -> dict:
    """The measurements that came with the app."""
    return json.loads(RECORDED.read_text(encoding="utf-8")) if RECORDED.exists() else {}


def _peaks() -> list[dict]:
    """Measured peaks of whole set-ups."""
    rows = [row for way in ("cuda", "fake") for row in recorded().get(way, {}).get("rows", ())]
    return [row for row in rows if row["what"] != "KV cache"]


def how_far_off() -> None:
    """Our estimate and the rules of thumb against what was measured."""
    rows = _peaks()
    if not rows:
        st.markdown("No measurement is recorded yet: `python scripts/measure_memory.py fake` makes one.")
        return
    errors = [abs(row["estimated_bytes"] / row["measured_bytes"] - 1) for row in rows]
    thumb = [rule_row(row) for row in rows]
    thumb_errors = [abs(row["estimated_bytes"] / row["measured_bytes"] - 1) for row in thumb]
    worst = rows[errors.index(max(errors))]
    families = {row["family"] for row in rows}
    one, two, three, four = st.columns(4)
    one.metric("Our mean error", f"{sum(errors) / len(errors):.2%}")
    two.metric("Our worst", f"{max(errors):.1%}", help=f"{worst['model']}, {worst['what']}")
    three.metric("The rules' mean error", f"{sum(thumb_errors) / len(thumb_errors):.0%}")
    four.metric("Measured", f"{len(rows)}", help=f"peaks, of {len(families)} families of models")
    title = f"{len(rows)} peaks measured: the estimate lies on the line, the rules of thumb do not"
    st.plotly_chart(_accuracy_figure(title), key="memory_accuracy", alt=title)
    for way in ("cuda", "fake", "cpu"):
        if found := recorded().get(way):
            versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
            dates = sorted({row["date"] for row in found["rows"]})
            measured(f"{found['device']}, {len(found['rows'])} values, {dates[-1]}, {versions}.")
    if "cuda" not in recorded():
        st.caption(
            "No GPU could be had: these peaks come from PyTorch's MemTracker, which runs every operation of the real "
            "model on tensors without contents, and from real tensors on the CPU. A GPU's kernels add workspaces of "
            "their own, and its allocator rounds up; `python scripts/measure_memory.py cuda` measures that."
        )
    with st.expander("Every measurement", icon=":material/table:"):
        show_table(
            [
                {
                    "model": row["model"],
                    "what": f"{row['kind']}, {row['what']}",
                    "set-up": ", ".join(f"{key} {value}" for key, value in row["setup"].items()),
                    "measured (GiB)": round(row["measured_bytes"] / GIB, 3),
                    "estimated (GiB)": round(row["estimated_bytes"] / GIB, 3),
                    "off": row["estimated_bytes"] / row["measured_bytes"] - 1,
                }
                for way in ("cuda", "fake", "cpu")
                for row in recorded().get(way, {}).get("rows", ())
            ],
            alt="Every measurement beside its estimate",
            column_config={"off": st.column_config.NumberColumn(format="percent")},
        )


def rule_row(row: dict) -> dict:
    """What the lecture's rule says of a recorded case."""
    parameters = catalogue()[row["model"]].parameters
    rule = ServingRule(parameters, 16).total_bytes if row["kind"] == "serving" else TrainingRule(parameters).train_bytes
    return {**row, "estimated_bytes": rule}


@cache
def _accuracy_figure(title: str) -> go.Figure:
    rows = _peaks()
    return charts.accuracy(rows, [rule_row(row) for row in rows], title)
