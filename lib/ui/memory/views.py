"""What the memory calculator shows about a set-up, one view at a time."""

from __future__ import annotations

import streamlit as st

from lib.charts.memory import calculator as charts
from lib.memory.ask.fit import Setup, what_would_fit
from lib.memory.ask.rules_of_thumb import ServingRule, TrainingRule
from lib.memory.gpus import Gpu
from lib.memory.model.architecture import Architecture
from lib.memory.model.weights import precision
from lib.memory.serve.request import PARTS as REQUEST_PARTS
from lib.memory.serve.request import request_moments
from lib.memory.serve.serving import ServingEstimate, ServingSetup, serving
from lib.memory.terms import Term
from lib.memory.train.step import PARTS as STEP_PARTS
from lib.memory.train.training import TrainingEstimate, training
from lib.ui.kit.chapter import formula
from lib.ui.kit.text import escape
from lib.ui.memory.setup_controls import control_values, set_values
from lib.units import format_gb, format_gib

Estimate = ServingEstimate | TrainingEstimate
VIEWS = {
    "working": "The working",
    "time": "Over time",
    "backwards": "Asked backwards",
    "gpus": "All GPUs",
    "compare": "Two set-ups",
    "mine": "My measurement",
    "checked": "How far off?",
}


def estimate_of(arch: Architecture, setup: Setup, card: Gpu) -> Estimate:
    kind = serving if isinstance(setup, ServingSetup) else training
    return kind(arch, setup, card.context_mib)


def shown(size_bytes: float, unit: str) -> str:
    return format_gb(size_bytes) if unit == "GB" else format_gib(size_bytes)


def headline(estimate: Estimate, card: Gpu, unit: str) -> str:
    """The message of the bar, in the student's own numbers."""
    need, have = estimate.total_bytes, card.usable_bytes
    each = " on each GPU" if estimate.setup.gpus > 1 else ""
    if need <= have:
        return f"Fits: {shown(need, unit)}{each}, {shown(have - need, unit)} to spare on {card.name}"
    return f"Does not fit: {shown(need, unit)}{each}, {need / have:.1f} times {card.name}"


def bar(estimate: Estimate, card: Gpu, unit: str) -> None:
    figure = charts.stacked(
        {estimate.architecture.name: estimate.terms}, card.usable_bytes, card.name, unit, headline(estimate, card, unit)
    )
    alt = charts.describe(estimate.terms, card.usable_bytes, card.name)
    st.plotly_chart(figure, key="memory_bar", alt=alt)
    if estimate.low_bytes <= card.usable_bytes < estimate.high_bytes:
        st.caption(
            f":material/warning: Close: with its uncertainty the total lies between "
            f"{shown(estimate.low_bytes, unit)} and {shown(estimate.high_bytes, unit)}."
        )
    if not card.measured:
        st.caption(f"{card.name} is counted with the memory it is sold with; a driver reports a little less.")


def fixes(estimate: Estimate, card: Gpu, unit: str) -> None:
    """What would make it fit, as buttons that do it."""
    if estimate.total_bytes <= card.usable_bytes:
        return
    st.subheader("What would make it fit", anchor=False)
    found = what_would_fit(estimate.architecture, estimate.setup, card, limit=5)
    if not any(change.fits for change in found):
        st.markdown("No combination of these changes is enough on this card. They help most:")
    for change in found:
        values = control_values(estimate.setup, dict(change.changes))
        verdict = "fits" if change.fits else "still too much"
        button, words = st.columns([1, 5], vertical_alignment="center")
        button.button(
            "Apply",
            key=f"fix_{change.key}",
            icon=":material/check_circle:" if change.fits else ":material/trending_down:",
            type="primary" if change.fits else "secondary",
            on_click=set_values,
            args=(values,),
        )
        words.markdown(f"**{change.label}**: {shown(change.needed_bytes, unit)}, {verdict}. The price: {change.price}.")


def rules_of_thumb(estimate: Estimate, unit: str) -> None:
    """The lecture's rule beside the detailed result, and what explains the difference."""
    arch, setup = estimate.architecture, estimate.setup
    if isinstance(setup, ServingSetup):
        bits = precision(setup.precision).bits_per_weight
        rule = ServingRule(arch.parameters, bits).total_bytes
        name = f"(P × 4 B) / (32 / {bits:g}) × 1.2"
        why = (
            f"Its 20% stands for everything but the weights; here that is "
            f"{1 - estimate.term('weights').size_bytes / estimate.total_bytes:.0%} of the total, "
            f"{shown(estimate.term('kv_cache').size_bytes, unit)} of it KV cache, which the rule knows nothing about."
        )
    else:
        rule = TrainingRule(arch.parameters).train_bytes
        name = "P × 24 B"
        why = (
            "It counts 4 B weights, 8 B Adam, 4 B gradients and 8 B activations for every parameter. Here weights, "
            f"states and gradients take {_lasting(estimate) / arch.parameters:.1f} B a parameter; activations, logits "
            f"and temporaries {_moving(estimate) / arch.parameters:.1f} B, because they follow batch and sequence "
            f"({setup.tokens:,} tokens)."
        )
    whole = estimate.total_bytes * (setup.gpus if isinstance(setup, ServingSetup) else 1)
    ours, theirs, ratio = st.columns(3)
    ours.metric("This calculator" + (", all GPUs" if setup.gpus > 1 else ""), shown(whole, unit))
    theirs.metric("The lecture's rule", shown(rule, unit), help=name)
    ratio.metric("Rule against detail", f"{rule / whole:.2f} ×")
    formula(f"Rule of thumb: {escape(name)}. {why}")


def _moving(estimate: TrainingEstimate) -> float:
    return sum(estimate.term(key).size_bytes for key in ("activations", "logits", "temporary"))


def _lasting(estimate: TrainingEstimate) -> float:
    return sum(estimate.term(key).size_bytes for key in ("weights", "optimizer", "gradients"))


def working(estimate: Estimate, unit: str) -> None:
    """Every term with its formula and the student's numbers in it."""
    if isinstance(estimate, TrainingEstimate):
        st.markdown(f"The parts at the fullest moment of a step, **{estimate.peak.label}**:")
    for term in estimate.terms:
        sure = "exact" if term.exact else f"estimate, −{term.below:.0%} +{term.above:.0%}"
        colour = "green" if term.exact else "orange"
        st.markdown(f"**{term.label}: {shown(term.size_bytes, unit)}** :{colour}-badge[{sure}]")
        st.latex(term.working)
        st.caption(" ".join(part for part in (term.note, f"Source: {term.source}." if term.source else "") if part))


def over_time(estimate: Estimate, card: Gpu, unit: str) -> None:
    """A training step, or a request, as stacked areas."""
    if isinstance(estimate, TrainingEstimate):
        first, later = estimate.first_peak, estimate.peak
        more = later.total_bytes - first.total_bytes
        title = f"A step is fullest at “{later.label}”"
        runs = {"step 1": estimate.first_step, "step 2": estimate.later_step}
        parts = STEP_PARTS
        says = (
            f"The second step needs {shown(more, unit)} more than the first: the optimiser's states, made at the end "
            "of step 1, are now there from the beginning. A run that survives step 1 can still die in step 2."
            if more > 0.01 * first.total_bytes
            else "Here the first step is as full as the second: at its fullest moment the states exist already."
        )
    else:
        runs = {"one request": request_moments(estimate.architecture, estimate.setup)}
        parts = REQUEST_PARTS
        peak = max(runs["one request"], key=lambda moment: moment.total_bytes)
        title = f"A request is fullest at “{peak.label}”"
        says = (
            "Weights stay. The KV cache grows with every token. Reading the prompt needs activations for all its "
            "tokens at once, so the fullest moment can come long before the cache is full."
        )
    st.plotly_chart(
        charts.moments(runs, parts, unit, title, card.usable_bytes), key="memory_time", alt=f"{title}. {says}"
    )
    st.markdown(says)
    formula("The moments follow from the model's operations, played one by one; the CUDA context is not drawn.")


def export(estimate: Estimate, card: Gpu) -> tuple[list[dict], dict]:
    """The terms as rows, and the set-up with them as data."""
    setup = dict(vars(estimate.setup))
    rows = [_term_row(term) for term in estimate.terms]
    data = {
        "model": estimate.architecture.name,
        "parameters": estimate.architecture.parameters,
        "gpu": card.name,
        "usable_bytes": card.usable_bytes,
        "setup": setup,
        "terms": rows,
        "total_bytes": round(estimate.total_bytes),
    }
    return rows, data


def _term_row(term: Term) -> dict:
    return {
        "part": term.key,
        "bytes": round(term.size_bytes),
        "low_bytes": round(term.low_bytes),
        "high_bytes": round(term.high_bytes),
        "exact": term.exact,
        "formula": term.formula,
        "values": term.values,
        "source": term.source,
    }
