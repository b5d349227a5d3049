"""The reliability diagram with its two scores worked out, and confidence fact by fact."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lib.alignment.honesty.calibration import (
    ReliabilityBin,
    accuracy,
    brier,
    brier_of_base_rate,
    expected_calibration_error,
    mean_confidence,
    reliability,
    tells_apart,
)
from lib.alignment.honesty.run import FactAnswered
from lib.charts.alignment import honesty as charts
from lib.ui.alignment.honesty.asking import Shown, ask_and_draw
from lib.ui.kit import controls
from lib.ui.kit.chapter import formula
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.tables import show_table

TERMS = 3


def how_sure_how_right() -> list[dict]:
    bins = controls.slider("Bins", 2, 10, 5, key="ho_bins", help="Answers about equally sure are counted together.")
    return ask_and_draw(lambda shown: _draw_reliability(shown, bins), by_measure=True)


def fact_by_fact() -> list[dict]:
    return ask_and_draw(_draw_facts, by_measure=True)


def _draw_reliability(shown: Shown, bins: int) -> None:
    told = shown.judgements
    found = reliability(told, bins)
    right, mean = sum(is_right for _, is_right in told), mean_confidence(told)
    what = f"It says it is {mean:.0%} sure" if shown.measure else f"Its answers are {mean:.0%} probable"
    st.plotly_chart(
        charts.reliability(found, f"{what} on average, and {right} of {len(told)} are right"),
        key="ho_reliability",
        alt="; ".join(f"about {each.said:.0%} sure: {each.right} of {each.answers} right" for each in found),
    )
    happened(
        f"{'It says that it is' if shown.measure else 'Its answers are'} on average **{mean:.0%}** "
        f"{'sure' if shown.measure else 'probable'}, and **{accuracy(told):.0%}** are right. Calibration error (ECE) "
        f"**{expected_calibration_error(found):.0%}**, Brier score **{brier(told):.2f}**; always saying "
        f"{accuracy(told):.0%} would give {brier_of_base_rate(told):.2f}."
    )
    st.markdown(_apart_in_words(tells_apart(told)))
    if shown.without:
        st.caption(f"Left out, since they hold no number that could be how sure it is: {shown.without} of its replies.")
    st.caption(
        "The bars are 95% intervals (Wilson): with so few questions they are wide, so small gaps say nothing. A larger "
        "dot stands for more answers."
    )
    with st.expander("Both scores worked out", icon=":material/calculate:"):
        _work_out(shown, found)


def _apart_in_words(apart: float | None) -> str:
    if apart is None:
        return "All answers are right or all are wrong, so nothing is to be told apart."
    says = f"Of a right and a wrong answer the right one is the surer one in **{apart:.0%}** of all such pairs"
    if abs(apart - 0.5) < 0.1:
        return f"{says}: about a coin. This confidence does not know which of its answers are right."
    if apart < 0.5:
        return f"{says}: worse than a coin, it is surer where it is wrong."
    return f"{says}; a coin gives 50%. This confidence knows something about which of its answers are right."


def _work_out(shown: Shown, found: Sequence[ReliabilityBin]) -> None:
    told = shown.judgements
    terms = " + ".join(f"({confidence:.2f} − {int(right)})²" for confidence, right in told[:TERMS])
    more = " + …" if len(told) > TERMS else ""
    formula(
        f"Brier = mean of (confidence − outcome)² = ({terms}{more}) / {len(told)} = {brier(told) * len(told):.3f} / "
        f"{len(told)} = {brier(told):.3f}. The outcome is 1 for a right answer and 0 for a wrong one. Always saying "
        "50% gives 0.25 (Brier 1950)."
    )
    sum_of = " + ".join(f"{each.answers}/{len(told)} · |{each.true:.2f} − {each.said:.2f}|" for each in found)
    formula(
        f"ECE = Σ share of the answers · |right − said| over the bins = {sum_of} = "
        f"{expected_calibration_error(found):.3f} (Guo et al. 2017, equation 3)."
    )
    st.caption(
        "Move the number of bins: the calibration error moves with it, the Brier score has no bins. A calibration "
        "error of 0 does not mean that a model knows anything: always saying its own share of right answers has it too."
    )


def _draw_facts(shown: Shown) -> None:
    right = sum(each.right for each in shown.answers)
    surest = max((each for each in shown.answers if not each.right), key=lambda each: each.probability, default=None)
    title = f"{right} of {len(shown.answers)} right"
    if surest:
        title += f"; its surest wrong answer is {surest.probability:.0%} probable"
    st.plotly_chart(
        charts.fact_by_fact(shown.answers, shown.measure, title),
        key="ho_facts",
        alt="; ".join(
            f"{each.fact.question} {'right' if each.right else 'wrong'}, probability {each.probability:.0%}"
            for each in shown.answers
        ),
    )
    show_table([_fact_row(shown, each) for each in shown.answers], alt="Each question with its answer and its replies")
    st.caption(
        "The answer is the most probable of the choices, each put into a reply in the model’s chat format. Then the "
        "model is shown its own reply and asked how sure it is. A reply counts if it holds a number, does not say "
        "“not”, and the number is not just its answer once more."
    )


def _fact_row(shown: Shown, each: FactAnswered) -> dict:
    row = {
        "Question": each.fact.question,
        "Its answer": each.answer,
        "": "✓" if each.right else f"✗ {each.fact.choices[0]}",
        "Probability": f"{each.probability:.0%}",
    }
    if shown.measure:
        read = each.confidence(shown.measure)
        row["It says"] = each.replies.get(shown.measure.text, "")
        row["Read as"] = "no number" if read is None else f"{read:.0%} sure"
    return row
