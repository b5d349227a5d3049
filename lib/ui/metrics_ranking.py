"""Predict first: rank four candidates, then see how each metric ranks them and how far it agrees with you."""

from __future__ import annotations

import math

import streamlit as st

from lib.charts import metrics as charts
from lib.metrics.pair import PairQuestion, score_pair
from lib.metrics.presets import RankingTask, ranking_task
from lib.metrics.ranking import kendall, ranks, spearman
from lib.ui.text import escape

JUDGES = {"ROUGE-1": "rouge1_f1", "ROUGE-2": "rouge2_f1", "ROUGE-L": "rougeL_f1", "BLEU": "bleu", "chrF": "chrf"}
KEY = "my_ranking"


def predict() -> bool:
    """The four candidates and a box to order them; True once ranked or skipped."""
    task = ranking_task()
    with st.container(border=True):
        st.markdown(
            ":material/psychology: **Predict first.** A human wrote the reference. Which candidate would you rather "
            "have from a model? Choose them from best to worst."
        )
        st.markdown(f"Reference: **{escape(task.reference)}**")
        st.markdown("  \n".join(f"**{each.label}** {escape(each.text)}" for each in task.candidates))
        order = st.multiselect(
            "Best first",
            [each.label for each in task.candidates],
            key=KEY,
            placeholder="best … worst",
            persist_state="session",
        )
        done = len(order) == len(task.candidates)
        skipped = st.session_state.get(f"{KEY}_skipped", False)
        if done:
            _compare(task, order)
        elif order:
            st.caption(f"{len(task.candidates) - len(order)} to go.")
        elif not skipped:
            st.button("Show me without a guess", on_click=_skip, type="tertiary")
    return done or skipped


def _skip() -> None:
    st.session_state[f"{KEY}_skipped"] = True


def _compare(task: RankingTask, order: list[str]) -> None:
    labels = [each.label for each in task.candidates]
    mine = [float(order.index(label) + 1) for label in labels]
    scores = [score_pair(PairQuestion((task.reference,), each.text)).numbers() for each in task.candidates]
    values = {judge: [each[name] for each in scores] for judge, name in JUDGES.items()}
    places = {judge: ranks(column) for judge, column in values.items()}
    like_mine = [-place for place in mine]
    rho = {judge: spearman(like_mine, column) for judge, column in values.items()}
    agreeing = [judge for judge, value in rho.items() if value > 0.999]
    title = f"{' and '.join(agreeing)} ranked as you did" if agreeing else "No metric ranked them as you did"
    rows = [[mine[index], *(places[judge][index] for judge in JUDGES)] for index in range(len(labels))]
    st.plotly_chart(
        charts.rankings(["You", *JUDGES], rows, labels, title),
        key="rankings",
        alt=title,
    )
    tau = {judge: kendall(like_mine, column) for judge, column in values.items()}
    st.dataframe(
        [
            {"Judge": judge, "Spearman's ρ with you": _number(rho[judge]), "Kendall's τ": _number(tau[judge])}
            | {
                label: f"{value:.3f}" if value >= 0.0005 or value == 0 else f"{value:.1e}"
                for label, value in zip(labels, values[judge], strict=True)
            }
            for judge in JUDGES
        ],
        hide_index=True,
        alt="Rank correlation of each metric with your ranking",
    )
    st.caption(
        "A copies the reference, B says it in other words, C denies it, D is a salad of its words. Metrics of shared "
        "words put the denial and the salad above the paraphrase; four candidates are few, so ρ moves in large steps."
    )


def _number(value: float) -> str:
    return "all tied" if math.isnan(value) else f"{value:+.2f}"
