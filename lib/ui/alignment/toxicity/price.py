"""A threshold, what each error costs whom, and a day at work."""

from __future__ import annotations

import streamlit as st

from lib.alignment.toxicity.confusion import CostAt, Day, cheapest, cost_curve, rude_share
from lib.charts.alignment import toxicity as charts
from lib.ui.alignment.toxicity.filters import Filters, filter_and_draw
from lib.ui.kit import controls
from lib.ui.kit.chapter import formula
from lib.ui.kit.keeping.notes import happened

SHARES = {0.001: "0.1%", 0.005: "0.5%", 0.01: "1%", 0.02: "2%", 0.05: "5%", 0.1: "10%", 0.25: "25%", 0.5: "50%"}
TEXTS = 10_000


def threshold_and_price() -> list[dict]:
    left, middle, right = st.columns(3)
    with left:
        false_alarm = controls.slider("A false alarm costs", 0, 20, 1, key="tx_false_alarm")
    with middle:
        miss = controls.slider("A miss costs", 0, 20, 5, key="tx_miss")
    with right:
        share = controls.pick("Rude texts in a day", list(SHARES), 0.02, key="tx_share", format_func=SHARES.__getitem__)
    day = Day(TEXTS, share, false_alarm, miss)
    return filter_and_draw(lambda filters: _draw_price(filters, day))


def _draw_price(filters: Filters, day: Day) -> None:
    rates = filters.by_classifier
    precision = day.precision(rates)
    wrong = "nothing is flagged" if precision is None else f"**{1 - precision:.0%}** of all that is flagged is harmless"
    happened(
        f"On a day with {day.texts:,} texts of which {day.rude_share:.1%} are rude, these rates give "
        f"**{day.false_alarms(rates):,.0f}** false alarms and **{day.misses(rates):,.0f}** misses: {wrong}.",
    )
    _who_pays()
    if not day.false_alarm_cost and not day.miss_cost:
        st.info("Neither error costs anything, so every threshold is as good as any other.", icon=":material/info:")
        return
    _draw_cost(filters, day)


def _who_pays() -> None:
    left, right = st.columns(2)
    left.markdown(
        ":material/notifications_active: **A false alarm is paid by whoever wrote the text**, and not by all alike: "
        "tweets in African American English were up to twice as likely to be labelled offensive (Sap et al. 2019)."
    )
    right.markdown(
        ":material/visibility_off: **A miss is paid by whoever is meant**, and by all who read it. Nobody complains to "
        "the filter: a false alarm has an author who asks why, a miss often has none."
    )


def _draw_cost(filters: Filters, day: Day) -> None:
    curve = cost_curve(filters.scored.rude, filters.scored.scores, day)
    best = cheapest(curve)
    chosen = CostAt(filters.threshold, filters.by_classifier, day.cost(filters.by_classifier))
    st.plotly_chart(
        charts.cost(
            curve,
            chosen,
            best,
            f"A day costs {chosen.cost:,.0f} with your threshold, {best.cost:,.0f} at {best.threshold:.0%}",
        ),
        key="tx_cost",
        alt=f"The cost of a day is lowest, {best.cost:,.0f}, from {best.threshold:.0%}; yours is {chosen.cost:,.0f}",
    )
    learnt = rude_share(filters.scored.rude)
    formula(
        f"cost = {day.false_alarm_cost:g} · {day.false_alarms(chosen.rates):,.0f} false alarms + {day.miss_cost:g} · "
        f"{day.misses(chosen.rates):,.0f} misses = {chosen.cost:,.0f}. It learnt where {learnt:.0%} of all texts are "
        f"rude; with {day.rude_share:.1%} the same score means less. If its scores were right where it learnt, "
        f"the cheapest threshold would be {day.cheapest_if_calibrated(learnt):.0%} = a/(a + b), a = "
        f"{day.false_alarm_cost:g} · {1 - day.rude_share:.1%} · {learnt:.0%}, b = {day.miss_cost:g} · "
        f"{day.rude_share:.1%} · {1 - learnt:.0%} (Bayes’ rule)."
    )
    if best.threshold > 1:
        st.markdown("The cheapest is to flag nothing: at so few rude texts the false alarms cost more than all misses.")
