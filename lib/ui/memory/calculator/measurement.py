"""What a tool said about a student's own run, held against the estimate."""

from __future__ import annotations

import streamlit as st

from lib.charts.memory.calculator import NAMES
from lib.memory import Estimate
from lib.memory.ask.compare import Comparison, compare
from lib.memory.ask.measurement import Measurement, read
from lib.ui.memory.units import in_unit


def my_measurement(estimate: Estimate, unit: str) -> None:
    """Paste what a tool said; see which assumption explains the difference."""
    text = st.text_area(
        "What did nvidia-smi, PyTorch or the error say?",
        key="memory_paste",
        max_chars=20_000,
        height=120,
        persist_state="session",
        placeholder="CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 23.69 GiB …",
    )
    if text.strip():
        result = compare(estimate.architecture, estimate.setup, read(text))
        _beside_estimate(result, unit)
        _of_the_card(result.measurement, unit)
        _what_explains_it(result, unit)
    else:
        st.caption("Also understood: a line like 8123MiB / 24564MiB, max_memory_allocated: 21474836480, or 21.3 GiB.")
    st.caption(
        "What is free before you start: a desktop and browser hold a few hundred MiB to 2 GiB of a card that drives a "
        "screen, other processes theirs, and every CUDA process its context. `nvidia-smi` before the run shows it."
    )


def _beside_estimate(result: Comparison, unit: str) -> None:
    mine, ours, off = st.columns(3)
    mine.metric("Measured", in_unit(result.measured_bytes, unit), help=f"From {result.measurement.source}")
    ours.metric("Estimated", in_unit(result.estimated_bytes, unit))
    off.metric("Estimate is off by", f"{result.error:+.1%}")


def _of_the_card(measurement: Measurement, unit: str) -> None:
    """What else the text said: how large the card is, what was free, what fragments held."""
    if measurement.card_bytes:
        free = f", of which {in_unit(measurement.free_bytes, unit)} were free" if measurement.free_bytes else ""
        st.caption(f"The card: {in_unit(measurement.card_bytes, unit)} in all{free}.")
    if measurement.fragmented_bytes:
        st.markdown(
            f"PyTorch had {in_unit(measurement.fragmented_bytes, unit)} more reserved than allocated: fragments it "
            "could not use. `PYTORCH_ALLOC_CONF=expandable_segments:True` often frees them (before PyTorch 2.9 the "
            "variable is called `PYTORCH_CUDA_ALLOC_CONF`)."
        )


def _what_explains_it(result: Comparison, unit: str) -> None:
    if result.agrees:
        st.success("Estimate and measurement agree within 5%.", icon=":material/check:")
    elif result.suspects:
        st.markdown("The difference would be explained best if")
        for suspect in result.suspects:
            would_be = in_unit(suspect.estimated_bytes, unit)
            st.markdown(f"- **{suspect.label}** ({NAMES[suspect.term].lower()}): then {would_be}")
    else:
        st.markdown(
            "No usual change of assumption explains it: look for other processes on the card, longer sequences than "
            "you think, or tensors your loop keeps."
        )
