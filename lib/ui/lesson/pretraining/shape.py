"""Temperature, top-k, top-p and min-p on one distribution: every move of a slider answers at once."""

from __future__ import annotations

import streamlit as st

from lib import ui
from lib.charts.lesson import next_token as charts
from lib.lesson.pretraining.reading import Logits, Reading, visible
from lib.lesson.pretraining.shaping import Distribution, Sampling, shaped
from lib.ui.kit import controls
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.text import escape
from lib.ui.lesson.pretraining.reads import told_context
from lib.ui.lesson.pretraining.sentence import sentence

SHOWN = 10


def shape_its_choice() -> list[dict]:
    """The rows to take away."""
    reading = sentence()
    if reading is None:
        return []
    temperature_box, k_box = st.columns(2)
    p_box, min_box = st.columns(2)
    with temperature_box:
        temperature = controls.slider("Temperature", 0.0, 2.0, 1.0, key="nt_temperature", step=0.05)
    with k_box:
        top_k = controls.slider("Top-k (0 is off)", 0, 100, 0, key="nt_top_k")
    with p_box:
        top_p = controls.slider("Top-p (1 is off)", 0.01, 1.0, 1.0, key="nt_top_p", step=0.01)
    with min_box:
        min_p = controls.slider("Min-p (0 is off)", 0.0, 1.0, 0.0, key="nt_min_p", step=0.01)
    sampling = Sampling(temperature, top_k, top_p, min_p)
    kept = _kept_position(reading)
    own, drawn = shaped(kept.array, Sampling()), shaped(kept.array, sampling)
    ids = own.likeliest(SHOWN)
    names = [reading.piece(each) for each in ids]
    before = [float(own.probabilities[each]) for each in ids]
    after = [float(drawn.probabilities[each]) for each in ids]
    st.markdown(f"### {told_context(reading, kept.position)} :orange[…]")
    title = f"{drawn.kept:,} of {own.kept:,} tokens can be drawn"
    st.plotly_chart(
        charts.reshaped(names, before, after, title),
        key="nt_reshaped",
        alt=f"{title}; {visible(names[0])} goes from {before[0]:.1%} to {after[0]:.1%}",
    )
    _say_how_the_shape_changed(own, drawn, names, before, after)
    _say_what_settings_mean(sampling)
    ui.formula(
        "softmax(logit / T), then the k likeliest, then the likeliest that reach top-p, then those with at least min-p "
        "of the first's probability: the order in which transformers applies them. What stays is divided by its sum."
    )
    return [
        {"token": name, "model_probability": one, "sampler_probability": other}
        for name, one, other in zip(map(visible, names), before, after, strict=True)
    ]


def _kept_position(reading: Reading) -> Logits:
    """The place in the text whose distribution is shaped."""
    first, last = reading.logits[0].position, reading.logits[-1].position
    if first == last:
        return reading.logits[0]
    at = controls.slider("After this many tokens", first, last, last, key=f"nt_shape_{first}_{last}")
    if first > 1:
        st.caption(f"All {reading.logits[0].array.size:,} logits of the last {len(reading.logits)} places are kept.")
    return reading.logits[at - first]


def _say_how_the_shape_changed(
    own: Distribution, drawn: Distribution, names: list[str], before: list[float], after: list[float]
) -> None:
    happened(
        f"“{escape(visible(names[0]))}” had **{before[0]:.1%}** and is now drawn **{after[0]:.1%}** of the time. "
        f"The choice is worth **{drawn.entropy_bits:.2f} bits** (entropy); the model's own {own.entropy_bits:.2f}."
    )


def _say_what_settings_mean(sampling: Sampling) -> None:
    meanings = []
    if sampling.temperature == 0:
        meanings.append(
            "Temperature 0 is no distribution (logits cannot be divided by 0); by convention it means greedy: the "
            "likeliest token, always, whatever the other settings say"
        )
    if sampling.top_k == 0:
        meanings.append("Top-k 0 does not mean “no token”: it is off, and all stay")
    if meanings:
        st.caption(". ".join(meanings) + ".")
