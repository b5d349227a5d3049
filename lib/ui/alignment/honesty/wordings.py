"""What the model says of how sure it is, asked in several ways."""

from __future__ import annotations

import streamlit as st

from lib.alignment.honesty.calibration import accuracy, mean_confidence
from lib.alignment.honesty.run import PROBABILITY, RIGHT, WRONG, judgements
from lib.charts.alignment import honesty as charts
from lib.ui.alignment.honesty.asking import BY_PROBABILITY, Shown, ask_and_draw
from lib.ui.kit.chapter import formula
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.text import escape


def what_it_says() -> list[dict]:
    return ask_and_draw(_draw_wordings, by_measure=False)


def _draw_wordings(shown: Shown) -> None:
    measures = {each.name: each for each in shown.wordings} | {BY_PROBABILITY: PROBABILITY}
    told = {name: judgements(shown.answers, measure) for name, measure in measures.items()}
    means = {name: mean_confidence(each) for name, each in told.items() if each}
    truth = judgements(shown.answers, PROBABILITY)
    right = sum(each.right for each in shown.answers)
    st.plotly_chart(
        charts.by_wording(
            {name: [confidence for confidence, _ in each] for name, each in told.items() if each},
            means,
            accuracy(truth),
            _title(means, right, len(shown.answers)),
        ),
        key="ho_wordings",
        alt="; ".join(f"{name}: {mean:.0%} on average" for name, mean in means.items())
        + f"; {right} of {len(shown.answers)} right",
    )
    if RIGHT.name in means and WRONG.name in means:
        happened(
            f"Asked if it is right, it says **{means[RIGHT.name]:.0%}** on average; asked if it is wrong, "
            f"**{1 - means[WRONG.name]:.0%}**. For a probability the two add up to 100%, here to "
            f"**{means[RIGHT.name] + 1 - means[WRONG.name]:.0%}**. In truth {accuracy(truth):.0%} are right."
        )
    st.markdown(
        "**What it says** is text: the likeliest words after such a question. **The probability of its answer** is "
        "computed: how likely the model is to write this answer rather than one of the others offered. Only the second "
        "is a number that the model itself works with; neither is the truth, and calibration asks how far each is off."
    )
    _show_wordings(shown)
    formula(
        "probability = P(answer) / Σ P(each answer offered), P being the product of the probabilities of its tokens; "
        f"on average {means[BY_PROBABILITY]:.0%} here. Asked if it is wrong, a reply of 100 counts as 0% sure."
    )


def _title(means: dict[str, float], right: int, of: int) -> str:
    if RIGHT.name in means and WRONG.name in means:
        return (
            f"It says its answers are {means[RIGHT.name]:.0%} right, and {1 - means[WRONG.name]:.0%} wrong; "
            f"{right} of {of} are right"
        )
    return f"Its answers are {means[BY_PROBABILITY]:.0%} probable on average; {right} of {of} are right"


def _show_wordings(shown: Shown) -> None:
    """Each question word by word, how many replies hold a number, and the first reply."""
    first = shown.answers[0]
    st.markdown(
        "\n".join(
            f"- **{each.name}**: “{escape(each.text)}” {len(judgements(shown.answers, each))} of {len(shown.answers)} "
            f"replies hold a number. Of {escape(first.answer)} it says: “{escape(first.replies[each.text])}”"
            for each in shown.wordings
        )
    )
