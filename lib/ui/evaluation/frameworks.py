"""What the frameworks test, beside what the slide says of them."""

from __future__ import annotations

import streamlit as st

from lib.charts.evaluation import benchmarks as charts
from lib.evaluation.benchmarks import Framework, factors, frameworks, untested
from lib.ui.kit.keeping.notes import happened

WANTED = ["Grammar", "Logical reasoning", "Reading comprehension", "Dialogue"]


def show_coverage() -> None:
    """Choose what matters; see which of the five frameworks has a task for it."""
    kept = {"key": "factors", "persist_state": "session"}
    wanted = st.pills("What must your model be tested for?", factors(), selection_mode="multi", default=WANTED, **kept)
    if wanted:
        st.plotly_chart(charts.coverage(frameworks(), wanted), key="coverage", alt=_covered_in_words(wanted))
        nobody = untested(frameworks(), wanted)
        if nobody:
            happened(f"None of the five has a task for **{', '.join(nobody).lower()}**.")
    else:
        st.info("Choose at least one.", icon=":material/touch_app:")
    for each in frameworks():
        _describe(each)


def _describe(framework: Framework) -> None:
    st.markdown(f"[**{framework.name}**]({framework.link}): {framework.about}")
    on_slide, in_fact = st.columns(2)
    with on_slide.container(border=True, height="stretch"):
        st.markdown(f":material/co_present: **On the slide:** {', '.join(framework.on_slide)}.")
    with in_fact.container(border=True, height="stretch"):
        told = "; ".join(f"{factor.lower()} ({', '.join(tasks)})" for factor, tasks in framework.tests.items())
        source = f"[{framework.source.title}]({framework.source.url})"
        st.markdown(f":material/check_circle: **In fact:** {told}. {source}.")


def _covered_in_words(wanted: list[str]) -> str:
    covered = {each.name: each.covered(wanted) for each in frameworks()}
    return "; ".join(
        f"{name}, {len(found)} of {len(wanted)}: {', '.join(found) or 'none'}" for name, found in covered.items()
    )
