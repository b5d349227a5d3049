"""The layer sensitivity map on the page."""

from __future__ import annotations

import streamlit as st

from lib.charts.quant import lab as charts
from lib.engine import JobView
from lib.errors import StudentError
from lib.models.catalogue import catalogue
from lib.quant.layer_map.run import (
    SENSITIVITY_WIDTHS,
    AllMeasured,
    LayerMeasured,
    MapProgress,
    MapStarted,
    SensitivityRun,
)
from lib.quant.measure.duration import map_expected_s, time_limit_s
from lib.quant.measure.run import QuantizationRun
from lib.ui.kit import controls, jobs
from lib.ui.kit.chapter import measured

KIND = "sensitivity"


def sensitivity(run: QuantizationRun | None) -> None:
    """One matrix at a time in a few bits, everything else in fp32."""
    st.header("Which layer hurts?", anchor=False)
    st.markdown("Round **one matrix at a time** and leave the rest in fp32: where does the model notice?")
    bits, buttons = st.columns(2, vertical_alignment="bottom")
    with bits:
        labels = [f"{width} bits" for width in SENSITIVITY_WIDTHS]
        width = int(controls.segmented("Width", labels, "3 bits", key="map_bits").split()[0])
    with buttons:
        jobs.start_and_stop(KIND, "Map", _queue_map, run, width, icon="grid_on", main=False)
    jobs.live(KIND, _draw_map)


def _queue_map(run: QuantizationRun, bits: int) -> None:
    try:
        wanted = SensitivityRun(run.model, bits, text=run.text)
    except StudentError as error:
        st.session_state[f"{KIND}:problem"] = str(error)
        return
    jobs.submit(
        KIND,
        "lib.quant.layer_map.job:map_sensitivity",
        wanted,
        expected_s=map_expected_s(run.model),
        time_limit_s=time_limit_s(run.model),
        wide=catalogue()[run.model].wide,
    )


def _draw_map(view: JobView) -> None:
    started = next((event for event in view.events if isinstance(event, MapStarted)), None)
    cells = [event for event in view.events if isinstance(event, LayerMeasured)]
    if view.state.active:
        newest = next((event for event in reversed(view.events) if isinstance(event, MapProgress)), None)
        st.progress(newest.done_share if newest else 0.0, f"{len(cells)} matrices rounded, one at a time")
    if started is None or not cells:
        return
    st.plotly_chart(charts.layer_map(started, cells), key="map", alt="KL divergence by layer and matrix")
    together = next((event for event in view.events if isinstance(event, AllMeasured)), None)
    if together is not None:
        _words(started, cells, together)


def _words(started: MapStarted, cells: list[LayerMeasured], together: AllMeasured) -> None:
    worst = max(cells, key=lambda cell: cell.kl_nats)
    total = sum(cell.kl_nats for cell in cells)
    st.markdown(
        f"**Layer {worst.layer}, {worst.kind}** hurts most: {worst.kl_nats:.2g} nats per token, "
        f"{worst.kl_nats / total:.0%} of the sum over all {len(cells)} matrices. Rounded together they cost "
        f"{together.kl_nats:.2g} nats, {together.kl_nats / total:.1f} times the sum of the parts. "
        "Mixed-precision schemes give such layers more bits."
    )
    measured(f"{started.bits}-bit absmax in groups of 64, {started.tokens:,} tokens, here and now.")
