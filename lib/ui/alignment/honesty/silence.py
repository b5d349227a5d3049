"""Below which confidence it should say that it does not know."""

from __future__ import annotations

import streamlit as st

from lib.alignment.honesty.calibration import silent_below
from lib.charts.alignment import honesty as charts
from lib.ui.alignment.honesty.asking import Shown, ask_and_draw
from lib.ui.kit import controls
from lib.ui.kit.chapter import formula
from lib.ui.kit.keeping.notes import happened

STEPS = 101


def when_to_be_silent() -> list[dict]:
    percent = controls.slider("Answers only if at least this sure (%)", 0, 100, 60, key="ho_threshold")
    return ask_and_draw(lambda shown: _draw_silence(shown, percent / 100), by_measure=True)


def _draw_silence(shown: Shown, threshold: float) -> None:
    told = shown.judgements
    chosen, always = silent_below(told, threshold), silent_below(told, 0)
    steps = [silent_below(told, step / (STEPS - 1)) for step in range(STEPS)]
    st.plotly_chart(
        charts.silence(
            steps, chosen, f"From {threshold:.0%}: {chosen.right} right, {chosen.wrong} wrong, {chosen.silent} silent"
        ),
        key="ho_silence",
        alt=f"From {threshold:.0%} on it answers {chosen.given}, {chosen.right} of them right, and is silent on "
        f"{chosen.silent}",
    )
    if not chosen.given:
        st.markdown("It never answers: nothing it says is false, and nobody is helped.")
    else:
        happened(
            f"Silent below {threshold:.0%}, it gives **{chosen.given}** of {len(told)} answers, and "
            f"**{chosen.right / chosen.given:.0%}** of those are right, against {always.right / always.given:.0%} of "
            "all."
        )
        formula(
            f"right / given = {chosen.right} / {chosen.given} = {chosen.right / chosen.given:.0%}. By silence: wrong "
            f"answers avoided {always.wrong - chosen.wrong}, right answers lost {always.right - chosen.right}."
        )
    if shown.without:
        st.caption(f"Left out, since they hold no number that could be how sure it is: {shown.without} of its replies.")
    st.markdown(
        "“I don’t know” is honest and not helpful, so the threshold is a choice between the two. It only works where "
        "confidence tells right from wrong: compare what it says with the probability of its answers."
    )
