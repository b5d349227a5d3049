"""The memory calculator's result: the bar, what would make it fit, the lecture's rule beside it, what to take home."""

from __future__ import annotations

from typing import Any

import streamlit as st

from lib.charts.memory import calculator as charts
from lib.memory import Estimate, Gpu
from lib.memory.ask.fit import what_would_fit
from lib.memory.terms import Term
from lib.memory.train.training import LASTING, MOVING
from lib.ui.kit.chapter import formula
from lib.ui.kit.keeping.notes import note_sentence
from lib.ui.kit.text import escape
from lib.ui.memory.choosing.setup_controls import control_values, set_values
from lib.ui.memory.units import in_unit
from lib.ui.memory.working import plain

VIEWS = {
    "working": "The working",
    "parts": "Part by part",
    "time": "Over time",
    "backwards": "Asked backwards",
    "gpus": "All GPUs",
    "compare": "Two set-ups",
    "mine": "My measurement",
    "checked": "How far off?",
}


def headline(estimate: Estimate, card: Gpu, unit: str) -> str:
    """The message of the bar, in the student's own numbers."""
    need = in_unit(estimate.total_bytes, unit)
    each = " on each GPU" if estimate.setup.gpus > 1 else ""
    room = card.room_beside(estimate.total_bytes)
    if room >= 0:
        return f"Fits: {need}{each}, {in_unit(room, unit)} to spare on {card.name}"
    return f"Does not fit: {need}{each}, {card.times_filled(estimate.total_bytes):.1f} times {card.name}"


def memory_bar(estimate: Estimate, card: Gpu, unit: str, *, key: str = "memory_bar") -> None:
    bars = {estimate.architecture.name: estimate}
    says = headline(estimate, card, unit)
    note_sentence(f"{estimate.architecture.name}: {says}.")
    figure = charts.memory_bars(bars, card.usable_bytes, card.name, unit, says)
    st.plotly_chart(figure, key=key, alt=charts.describe_bar(estimate, card.usable_bytes, card.name))
    if estimate.low_bytes <= card.usable_bytes < estimate.high_bytes:
        low, high = in_unit(estimate.low_bytes, unit), in_unit(estimate.high_bytes, unit)
        st.caption(f":material/warning: Close: with its uncertainty the total lies between {low} and {high}.")
    if not card.measured:
        st.caption(f"{card.name} is counted with the memory it is sold with; a driver reports a little less.")


def what_would_fit_buttons(estimate: Estimate, card: Gpu, unit: str) -> None:
    """What would make it fit, as buttons that do it."""
    if estimate.total_bytes <= card.usable_bytes:
        return
    st.subheader("What would make it fit", anchor=False)
    found = what_would_fit(estimate.architecture, estimate.setup, card, limit=5)
    if not any(change.fits for change in found):
        st.markdown("No combination of these changes is enough on this card. They help most:")
    for change in found:
        values = control_values(estimate.setup.job, dict(change.changes))
        verdict = "fits" if change.fits else "still too much"
        words, button = st.columns([5, 1], vertical_alignment="center")  # on a phone one below the other
        button.button(
            "Apply",
            key=f"fix_{change.key}",
            icon=":material/check_circle:" if change.fits else ":material/trending_down:",
            type="primary" if change.fits else "secondary",
            on_click=set_values,
            args=(values,),
        )
        needed = in_unit(change.needed_bytes, unit)
        words.markdown(f"**{change.label}**: {needed}, {verdict}. The price: {change.price}.")


def beside_the_rule(estimate: Estimate, unit: str) -> None:
    """The lecture's rule beside the detailed result, and what explains the difference."""
    ours, theirs, ratio = st.columns(3)
    all_gpus = ", all GPUs" if estimate.setup.gpus > 1 else ""
    ours.metric("This calculator" + all_gpus, in_unit(estimate.all_gpus_bytes, unit))
    theirs.metric("The lecture's rule", in_unit(estimate.rule.total_bytes, unit), help=estimate.rule.formula)
    ratio.metric("Rule against detail", f"{estimate.rule_times:.2f} ×")
    why = WHY_RULE_DIFFERS[estimate.setup.job](estimate, unit)
    formula(f"Rule of thumb: {escape(estimate.rule.formula)}. {why}")


def _why_serving_rule_differs(estimate: Estimate, unit: str) -> str:
    return (
        f"Its 20% stands for everything but the weights; here that is {estimate.beside_weights_share:.0%} of the "
        f"total, {in_unit(estimate.size_of('kv_cache'), unit)} of it KV cache, which the rule knows nothing about."
    )


def _why_training_rule_differs(estimate: Estimate, _unit: str) -> str:
    unlike = (
        ""
        if estimate.setup.is_of_the_rule
        else " It is a rule for training all weights in fp32 with Adam, which this set-up does not."
    )
    return (
        "It counts 4 B weights, 8 B Adam, 4 B gradients and 8 B activations for every parameter. Here weights, states "
        f"and gradients take {estimate.bytes_per_parameter(*LASTING):.1f} B per parameter; activations, logits and "
        f"temporaries {estimate.bytes_per_parameter(*MOVING):.1f} B, because they follow batch and sequence "
        f"({estimate.setup.tokens:,} tokens).{unlike}"
    )


WHY_RULE_DIFFERS = {"serve": _why_serving_rule_differs, "train": _why_training_rule_differs}


def exported(estimate: Estimate, card: Gpu) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The terms as rows, and the set-up with them as data."""
    rows = [_exported_term(term) for term in estimate.terms]
    data = {
        "model": estimate.architecture.name,
        "parameters": estimate.architecture.parameters,
        "gpu": card.name,
        "usable_bytes": card.usable_bytes,
        "setup": dict(vars(estimate.setup)),
        "terms": rows,
        "total_bytes": round(estimate.total_bytes),
    }
    return rows, data


def _exported_term(term: Term) -> dict[str, Any]:
    return {
        "part": term.key,
        "bytes": round(term.size_bytes),
        "low_bytes": round(term.low_bytes),
        "high_bytes": round(term.high_bytes),
        "exact": term.exact,
        "formula": plain(term.working) if term.working else "",
        "values": plain(term.working, numbers=True) if term.working else "",
        "source": term.source,
    }
