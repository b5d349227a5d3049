"""A training step, or a request, as stacked areas over its moments."""

from __future__ import annotations

import streamlit as st

from lib.charts.memory import calculator as charts
from lib.memory import Estimate, Gpu
from lib.ui.kit.chapter import formula
from lib.ui.memory.units import in_unit

WHAT = {"serve": "A request", "train": "A step"}


def memory_over_time(estimate: Estimate, card: Gpu, unit: str) -> None:
    title = f"{WHAT[estimate.setup.job]} is fullest at “{estimate.fullest.label}”"
    says = SAYS[estimate.setup.job](estimate, unit)
    figure = charts.moments_over_time(estimate.runs, unit, title, card.usable_bytes)
    st.plotly_chart(figure, key="memory_time", alt=f"{title}. {says}")
    st.markdown(says)
    formula("The moments follow from the model's operations, played one by one; the CUDA context is not drawn.")


def _of_a_step(estimate: Estimate, unit: str) -> str:
    if estimate.second_step_is_fuller:
        return (
            f"The second step needs {in_unit(estimate.second_step_extra_bytes, unit)} more than the first: the "
            "optimizer's states, made at the end of step 1, are now there from the beginning. A run that survives "
            "step 1 can still die in step 2."
        )
    return "Here the first step is as full as the second: at its fullest moment the states exist already."


def _of_a_request(_estimate: Estimate, _unit: str) -> str:
    return (
        "Weights stay. The KV cache grows with every token. Reading the prompt needs activations for all its tokens "
        "at once, so the fullest moment can come long before the cache is full."
    )


SAYS = {"serve": _of_a_request, "train": _of_a_step}
