"""Whole-life compute: of all models of one loss, which is cheapest once it has served its tokens."""

from __future__ import annotations

import streamlit as st

from lib import ui
from lib.charts.lesson import scaling as charts
from lib.lesson.scaling.laws import laws, sum_law
from lib.lesson.scaling.serving import Choice, pays_after, same_loss
from lib.ui.kit import controls
from lib.ui.kit.keeping.notes import happened
from lib.ui.lesson.scaling.placed import FITS
from lib.units import format_count, format_digits, format_power

SERVED = [0, *(round(base * 10**power) for power in range(9, 15) for base in (1, 2, 5)), 10**15]
QUALITIES = [round(base * 10**power) for power in range(8, 12) for base in (1, 2, 3, 5, 7)]
QUALITIES = sorted({*QUALITIES, 13 * 10**9})


def cost_of_serving() -> list[dict]:
    """The rows to take away."""
    left, right = st.columns(2)
    with left:
        served = controls.pick(
            "Tokens served in its life", SERVED, 2 * 10**12, key="sl_served", format_func=format_count
        )
    with right:
        quality = controls.pick(
            "As good as a compute-optimal model of",
            QUALITIES,
            13 * 10**9,
            key="sl_quality",
            format_func=format_count,
        )
    with st.expander("More: which fit", icon=":material/tune:"):
        name = controls.segmented(
            "Calculate with", {fit: laws()[fit].title for fit in FITS}, "besiroglu", key="sl_sfit"
        )
    choice = same_loss(sum_law(name), float(quality), float(served))
    best, optimal = choice.best.point, choice.compute_optimal.point
    title = f"{format_count(served)} tokens served: {format_count(best.parameters)} parameters are cheapest"
    first, second, third = st.columns(3)
    first.metric("Cheapest size", format_count(best.parameters), border=True)
    second.metric("It reads", f"{format_count(best.tokens)} tokens", border=True)
    third.metric("Saved over its life", f"{choice.saved_share:.0%}", border=True)
    st.plotly_chart(
        charts.whole_life(choice, title), key="sl_life", alt=f"{title}, {format_power(choice.best.flops)} FLOPs."
    )
    _say_what_is_cheapest(choice)
    ui.formula(
        "6 · N · D for training and 2 · N for every token read or written (Sardana et al. 2024); D is what "
        f"brings a model of N parameters to the same loss by {laws()[name].title}'s law. A FLOP of serving is dearer "
        "than one of training, since it keeps a GPU less busy: the real pull towards small models is stronger."
    )
    return [
        {
            "parameters": life.point.parameters,
            "tokens": life.point.tokens,
            "training_flops": life.training_flops,
            "serving_flops": life.serving_flops,
            "flops": life.flops,
        }
        for life in choice.lives[::3]
    ] + [{"parameters": optimal.parameters, "tokens": optimal.tokens, "flops": choice.compute_optimal.flops}]


def _say_what_is_cheapest(choice: Choice) -> None:
    best, optimal = choice.best, choice.compute_optimal
    happened(
        f"All these models reach {choice.loss:.3f} nats per token.\n"
        f"- Cheapest to train: {format_count(optimal.point.parameters)} on {format_count(optimal.point.tokens)} "
        f"tokens: 6 · N · D = {format_power(optimal.training_flops)}, serving 2 · N · T = "
        f"{format_power(optimal.serving_flops)}, together **{format_power(optimal.flops)} FLOPs**\n"
        f"- Cheapest over its life: {format_count(best.point.parameters)} on {format_count(best.point.tokens)} tokens: "
        f"{format_power(best.training_flops)} + {format_power(best.serving_flops)} = "
        f"**{format_power(best.flops)} FLOPs**, "
        f"{format_digits(best.point.ratio, 3)} tokens per parameter instead of {format_digits(optimal.point.ratio, 3)}"
    )
    if best.point.parameters < 0.97 * optimal.point.parameters:
        after = pays_after(best.point, optimal.point)
        happened(
            f"Its longer training has paid after **{format_count(after)} tokens** served: "
            "T = (6·N₁·D₁ − 6·N₂·D₂) / (2·N₂ − 2·N₁)."
        )
    else:
        happened("With so little served, what is cheapest to train is cheapest altogether.")
