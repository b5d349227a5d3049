"""What each filter flags and lets pass."""

from __future__ import annotations

import streamlit as st

from lib.charts.alignment import toxicity as charts
from lib.ui.alignment.toxicity.filters import Filters, filter_and_draw
from lib.ui.kit.chapter import formula
from lib.ui.kit.keeping.notes import happened


def two_filters() -> list[dict]:
    return filter_and_draw(_draw_matrices)


def _draw_matrices(filters: Filters) -> None:
    listed, learnt = filters.by_words, filters.by_classifier
    st.plotly_chart(
        charts.matrices(
            (("Word list", listed), ("Classifier", learnt)),
            f"The list lets {listed.misses} of {listed.rude} rude texts pass, the classifier {learnt.misses}",
        ),
        key="tx_matrices",
        alt="; ".join(
            f"{name}: {each.hits} hits, {each.misses} misses, {each.false_alarms} false alarms, {each.passed} passed"
            for name, each in (("Word list", listed), ("Classifier", learnt))
        ),
    )
    happened(
        f"Of {listed.harmless} harmless texts the word list flags **{listed.false_alarms}** and the classifier "
        f"**{learnt.false_alarms}**; of {listed.rude} rude ones the list lets **{listed.misses}** pass and the "
        f"classifier **{learnt.misses}**, at a threshold of {filters.threshold:.0%}.",
    )
    st.plotly_chart(
        charts.scores(
            filters.scored.texts,
            [filters.shown(each) for each in filters.scored.texts],
            filters.scored.scores,
            filters.threshold,
            f"Flagged from {filters.threshold:.0%}: {learnt.false_alarms} false alarms, {learnt.misses} misses",
        ),
        key="tx_scores",
        alt=f"The classifier’s score of {len(filters.scored.texts)} texts by kind: {learnt.false_alarms} harmless ones "
        f"from {filters.threshold:.0%} on, {learnt.misses} rude ones below",
    )
    st.markdown(
        "The list sees words and no sentence. The classifier reads the whole text, but it has learnt from a few dozen "
        "examples; every text is scored by one that has not seen it. Half of the texts were written to be hard for a "
        "list, so these rates compare the two filters and are not those of an ordinary chat."
    )
    formula(
        f"miss rate = misses / rude: list {listed.misses}/{listed.rude} = {listed.miss_rate:.0%}, classifier "
        f"{learnt.misses}/{learnt.rude} = {learnt.miss_rate:.0%}. False alarm rate = false alarms / harmless: list "
        f"{listed.false_alarms}/{listed.harmless} = {listed.false_alarm_rate:.0%}, classifier "
        f"{learnt.false_alarms}/{learnt.harmless} = {learnt.false_alarm_rate:.0%}."
    )
