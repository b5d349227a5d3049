"""A proxy reward that a policy earns, and a gold reward that only judges: where one should have stopped."""

from __future__ import annotations

import streamlit as st

from lib.alignment.errors import AlignmentError
from lib.alignment.gold.run import (
    MOST_PAIRS,
    BothRewards,
    GoldRun,
    Labelled,
    best_for_gold,
    both_rewards,
    has_turned,
    rise_error,
)
from lib.alignment.policy.run import Examined
from lib.alignment.preferences import course_rankings
from lib.alignment.rules import GOLD, RULES
from lib.charts.alignment import policy as charts
from lib.engine import JobView
from lib.ui.alignment.policy import choose_how_far, looks_of, progress
from lib.ui.alignment.ranked import choose_rankings
from lib.ui.kit import controls, jobs
from lib.ui.kit.chapter import formula, measured
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.problems import guard, problem
from lib.ui.kit.text import followed_by
from lib.units import number_of

KIND = "gold"
RULE, HEAD = "rule", "head"
GOLDS = {RULE: f"A rule: more {RULES[GOLD].counted}", HEAD: "A reward model of all rankings"}
SHOWN = 3


def judge_by_gold(model: str) -> list[dict]:
    """The rows to take away."""
    wanted = None
    with guard():
        gold = controls.segmented("Gold: what is meant", GOLDS, RULE, key="rg_gold")
        rankings = course_rankings(model) if gold == RULE else choose_rankings(model)
        pairs = controls.slider("Labels that the proxy learns from", 2, MOST_PAIRS, 8, key="rg_pairs")
        beta, steps, seed = choose_how_far("rg", steps=48)
        wanted = GoldRun(
            rankings, pairs, beta, steps=steps, seed=seed, rule=GOLD if gold == RULE else None, model=model
        )
    jobs.say_if_long(wanted and wanted.expected_s)
    jobs.start_and_stop(KIND, "Reward it by the proxy", _queue_gold, wanted)
    jobs.live(KIND, _draw_gold)
    view = jobs.current(KIND)
    looks = looks_of(view) if view else []
    try:
        found = both_rewards(looks) if looks else ()
    except AlignmentError:
        return []
    return [
        {
            "updates": each.step,
            "kl_nats": look.kl_nats,
            "proxy_sd": each.proxy,
            "gold_sd": each.gold,
            "gold_standard_error_sd": each.gold_error,
            "an_answer": look.answers[0].text,
        }
        for each, look in zip(found, looks, strict=True)
    ]


def _queue_gold(wanted: GoldRun) -> None:
    name = "lib.alignment.gold.job:overoptimise"
    limit_s = 180 + 6 * wanted.expected_s
    jobs.submit(KIND, name, wanted, expected_s=wanted.expected_s, time_limit_s=limit_s, model=wanted.model)


def _draw_gold(view: JobView) -> None:
    labelled = next((event for event in view.events if isinstance(event, Labelled)), None)
    if labelled:
        st.caption(_labels_in_words(labelled))
        progress(view)
    looks = looks_of(view)
    if not looks:
        return
    try:
        found = both_rewards(looks)
    except AlignmentError as error:
        problem(error)
        return
    last = found[-1]
    if len(found) > 1:
        st.plotly_chart(
            charts.against_gold(found),
            key="rg_chart",
            alt=f"After {last.step} updates the proxy is {last.proxy:+.1f}, gold {last.gold:+.1f} standard deviations "
            f"from the base model; gold was best, {best_for_gold(found).gold:+.1f}, {best_for_gold(found).when}",
        )
    if view.state.active or len(found) < 2:
        return
    run: GoldRun = view.argument
    fooled = " This gold is learnt too: read what it likes, for it can be fooled along with the proxy."
    happened(in_words(found) + ("" if run.rule else fooled))
    _show_texts(found, looks)
    formula(
        f"Both rewards in standard deviations over the base model's {len(looks[0].answers)} answers, their mean at 0; "
        f"√KL = √{last.away**2:.1f} = {last.away:.1f} at the end (Gao et al. 2022, figure 1)."
    )
    here = "a rule that is counted exactly, in odd texts too" if run.rule else "one as small as the proxy"
    measured(
        f"{run.model} here and now, β = {run.beta:g}, seed {run.seed}, {len(looks[-1].answers)} answers each time. "
        f"In the paper gold is a large reward model; here it is {here}."
    )


def _labels_in_words(labelled: Labelled) -> str:
    learnt = f"Gold has labelled {labelled.pairs} pairs of answers, and the proxy has learnt from these labels."
    if labelled.agreement is None:
        return f"{learnt} No other pair is left to see how far both agree."
    return (
        f"{learnt} On {number_of(labelled.unseen, 'other pair')} it agrees with gold in **{labelled.agreement:.0%}**."
    )


def in_words(found: tuple[BothRewards, ...]) -> str:
    """What became of both rewards, as far as the answers looked at can tell."""
    best, last, error = best_for_gold(found), found[-1], rise_error(found)
    earned = f"The proxy, which is paid, went to **{last.proxy:+.1f}** standard deviations"
    if last.proxy <= 0:
        return f"{earned}: it did not rise, so there is nothing to overoptimise; take more updates or a smaller β."
    if has_turned(found):
        return (
            f"{earned}. Gold, which nobody trains on, was best {best.when} (**{best.gold:+.1f}**) and "
            f"ends at **{last.gold:+.1f}**: overoptimised. Looking at the proxy alone nobody would have stopped."
        )
    if last.gold < -2 * error:
        return (
            f"{earned}. Gold fell to **{last.gold:+.1f}** (standard error {error:.1f}): what was earned is "
            "not what was meant."
        )
    if last.gold <= 2 * error:
        return (
            f"{earned}. Gold ends at **{last.gold:+.1f}** (standard error {error:.1f}), which chance alone could do: "
            "nothing shows that what was earned is what was meant."
        )
    return (
        f"{earned}. Gold rose with it to **{last.gold:+.1f}** (standard error {error:.1f}) and has not "
        "clearly turned: take more updates, or fewer labels for the proxy."
    )


def _show_texts(found: tuple[BothRewards, ...], looks: list[Examined]) -> None:
    best = best_for_gold(found)
    by_step = {look.step: look for look in looks}
    for column, step, title in zip(
        st.columns(2),
        (best.step, found[-1].step),
        (f"Best for gold: {best.when}", f"At the end: {found[-1].when}"),
        strict=True,
    ):
        with column:
            st.markdown(f"#### {title}")
            for answer in by_step[step].answers[:SHOWN]:
                st.markdown(followed_by(answer.prompt, answer.written))
