"""Rank four candidates, then see how each metric ranks them and how far it agrees with you."""

from __future__ import annotations

import math

import streamlit as st

from lib.charts.metrics import playground as charts
from lib.metrics.pair.presets import RankingTask, ranking_task, shown
from lib.metrics.pair.ranking import kendall, ranks, spearman
from lib.metrics.pair.scored_pair import PairQuestion, score_pair
from lib.ui.kit.keeping.notes import note_sentence
from lib.ui.kit.tables import show_table
from lib.ui.kit.text import escape

JUDGES = {"ROUGE-1": "rouge1_f1", "ROUGE-2": "rouge2_f1", "ROUGE-L": "rougeL_f1", "BLEU": "bleu", "chrF": "chrf"}
KEY = "my_ranking"


def rank_them() -> None:
    """The four candidates and a box to order them; once all are in order, each metric's order beside the student's."""
    task = ranking_task()
    with st.container(border=True):
        st.markdown(
            "**Now your own taste.** With a verbatim copy there are four candidates. Which would you rather have? "
            "Choose them from best to worst."
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
        if len(order) == len(task.candidates):
            _compare_with_metrics(task, order)
        elif order:
            st.caption(f"{len(task.candidates) - len(order)} to go.")


def _compare_with_metrics(task: RankingTask, order: list[str]) -> None:
    labels = [each.label for each in task.candidates]
    judged = judge(task.reference, [each.text for each in task.candidates])
    show_rankings(labels, [float(order.index(label) + 1) for label in labels], judged)
    st.caption(
        "A copies the reference, B says it in other words, C denies it, D is a salad of its words. Metrics of shared "
        "words put the denial and the salad above the paraphrase; four candidates are few, so ρ moves in large steps."
    )


def judge(reference: str, candidates: list[str]) -> dict[str, list[float]]:
    """What each metric gives each candidate; MetricError for texts that cannot be scored."""
    scores = [score_pair(PairQuestion((reference,), text)).numbers() for text in candidates]
    return {name: [each[number] for each in scores] for name, number in JUDGES.items()}


def show_rankings(labels: list[str], mine: list[float], judged: dict[str, list[float]]) -> None:
    """The student's places beside each metric's, and how far they agree.

    mine  the student's place for each candidate, 1 the best
    """
    places = {name: ranks(values) for name, values in judged.items()}
    like_mine = [-place for place in mine]
    rho = {name: spearman(like_mine, values) for name, values in judged.items()}
    tau = {name: kendall(like_mine, values) for name, values in judged.items()}
    agreeing = [name for name, value in rho.items() if value > 0.999]
    title = f"{' and '.join(agreeing)} ranked as you did" if agreeing else "No metric ranked them as you did"
    rows = [[mine[index], *(places[name][index] for name in judged)] for index in range(len(labels))]
    note_sentence(title)
    st.plotly_chart(charts.rankings(["You", *judged], rows, labels, title), key="rankings", alt=title)
    show_table(
        [
            {"Judge": name, "Spearman's ρ with you": _number(rho[name]), "Kendall's τ": _number(tau[name])}
            | {label: shown(value) for label, value in zip(labels, judged[name], strict=True)}
            for name in judged
        ],
        alt="Rank correlation of each metric with your ranking",
    )


def _number(value: float) -> str:
    return "all tied" if math.isnan(value) else f"{value:+.2f}"
