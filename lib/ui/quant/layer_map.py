"""The layer sensitivity map on the page."""

from __future__ import annotations

import streamlit as st

from lib.charts.in_words import in_words
from lib.charts.quant import lab as charts
from lib.engine import JobView
from lib.errors import StudentError
from lib.quant.layer_map.result import collect
from lib.quant.layer_map.run import SENSITIVITY_WIDTHS, SensitivityRun
from lib.quant.measure.duration import map_expected_s, time_limit_s
from lib.quant.measure.run import RTN_GROUP, QuantizationRun
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
        model=run.model,
    )


def _draw_map(view: JobView) -> None:
    found, share = collect(view.events)
    if view.state.active:
        st.progress(share, f"{len(found.cells) if found else 0} matrices rounded, one at a time")
    if found is None or not found.cells:
        return
    figure = charts.layer_map(found)
    st.plotly_chart(figure, key="map", alt=in_words(figure))
    if found.times_the_sum is not None:
        st.markdown(
            f"**Layer {found.worst.layer}, {found.worst.kind}** hurts most: {found.worst.kl_nats:.2g} nats per token, "
            f"{found.worst_share:.0%} of the sum over all {len(found.cells)} matrices. Rounded together they cost "
            f"{found.together.kl_nats:.2g} nats, {found.times_the_sum:.1f} times the sum of the parts. "
            "Mixed-precision schemes give such layers more bits."
        )
        measured(
            f"{found.started.model}, {found.started.bits}-bit absmax in groups of {RTN_GROUP}, "
            f"{found.started.tokens:,} tokens, here and now."
        )
