"""What the frameworks test, beside what the slide says of them."""

from __future__ import annotations

import streamlit as st

from lib.charts.evaluation import benchmarks as charts
from lib.evaluation.benchmarks import factors, frameworks, untested
from lib.ui.kit.tables import show_table

WANTED = ["Grammar", "Logical reasoning", "Reading comprehension", "Dialogue"]


def coverage() -> None:
    """Choose what matters; see which of the five frameworks has a task for it."""
    wanted = st.pills(
        "What must your model be tested for?", factors(), selection_mode="multi", default=WANTED, key="factors"
    )
    if not wanted:
        st.info("Choose at least one.", icon=":material/touch_app:")
        return
    st.plotly_chart(charts.coverage(frameworks(), wanted), key="coverage", alt=_in_words(wanted))
    nobody = untested(frameworks(), wanted)
    if nobody:
        st.markdown(f"None of the five has a task for **{', '.join(nobody).lower()}**.")
    show_table(
        [
            {
                "Framework": each.name,
                "On the slide": "; ".join(each.on_slide),
                "In fact": "; ".join(f"{factor} ({', '.join(tasks)})" for factor, tasks in each.tests.items()),
            }
            for each in frameworks()
        ],
        alt="What the slide says of each framework, and what its tasks test",
    )
    for each in frameworks():
        st.markdown(f"[**{each.name}**]({each.link}): {each.about} [{each.source.title}]({each.source.url})")


def _in_words(wanted: list[str]) -> str:
    return "; ".join(f"{each.name}: {', '.join(each.covered(wanted)) or 'none'}" for each in frameworks())
