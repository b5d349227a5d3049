"""Length: whether a reward model has learnt it, and what a correction wins back."""

from __future__ import annotations

import streamlit as st

from lib.alignment.length import turned
from lib.alignment.reward.length import WonBack, longer_preferred, longer_wins, won_back
from lib.alignment.reward.run import Fitted, Learnt, RewardRun
from lib.charts.alignment import reward as charts
from lib.ui.alignment.ranked import take_judge_who_likes_length
from lib.ui.kit.chapter import formula, measured
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.tables import show_table
from lib.units import format_signed, number_of


def show_length(run: RewardRun, fitted: Fitted) -> None:
    """Both rewards against length, with whom they agree, and what that says."""
    longer = longer_wins([each.pair for each in fitted.as_learnt.judged])
    happened(
        f"### The longer answer wins in {longer:.0%} of the pairs, and the reward "
        f"{'has learnt that' if fitted.as_learnt.goes_with_length else 'hardly goes with length'}: correlation "
        f"{_correlation(fitted.as_learnt)}, corrected {_correlation(fitted.lengthless)}"
    )
    reach = max(abs(reward) for each in (fitted.as_learnt, fitted.lengthless) for _, _, reward in each.by_length)
    for column, learnt, name in zip(
        st.columns(2), (fitted.as_learnt, fitted.lengthless), ("as learnt", "corrected"), strict=True
    ):
        column.plotly_chart(
            charts.length(learnt.by_length, learnt.length_correlation, reach, lengthless=name == "corrected"),
            key=f"rm_length_{name}",
            alt=f"Reward against tokens among answers to the same prompt, {name}: {_correlation(learnt)}",
        )
    won = won_back(fitted, turned(run.fair, run.rankings))
    _show_agreement(fitted, longer, won)
    if won:
        happened(_with_two_judges(fitted, longer, won))
    else:
        happened(
            f"In these pairs the longer answer wins in **{longer:.0%}**. Where that is far from 50%, a reward model "
            "can learn to count instead of to read, and a policy that earns its reward grows long (Singhal et al. "
            "2023)."
        )
    formula(
        "corrected: r = w · (h - b · (tokens - their mean)), as if all answers were equally long. b is what a token "
        "adds to each hidden number h among answers to the same prompt, by least squares: over the answers that it has "
        "learnt from, such a reward cannot go with length. Answers to different prompts are never compared."
    )
    measured(f"Hidden states of {run.model}, read here and now; pairs judged by heads that have not seen their prompt.")


def offer_judge_who_likes_length() -> None:
    """Not in the part that is drawn again and again: from there a control above could not be set."""
    st.button(
        "Take a judge who likes length",
        on_click=take_judge_who_likes_length,
        icon=":material/straighten:",
        help="The same answers, ranked with a length bias. Then let it learn again.",
    )


def _show_agreement(fitted: Fitted, longer: float, won: WonBack | None) -> None:
    rows = [
        {
            "reward": name,
            "agrees with these rankings": f"{learnt.accuracy:.0%}",
            **({"agrees with the course's judge": f"{fair:.0%}"} if won else {}),
            "takes the longer one": f"{longer_preferred(learnt.judged):.0%}",
            "correlation with length": _correlation(learnt),
        }
        for name, learnt, fair in (
            ("as learnt", fitted.as_learnt, won.all.as_learnt if won else 0.0),
            ("corrected", fitted.lengthless, won.all.corrected if won else 0.0),
        )
    ]
    rule = {
        "reward": "the number of tokens",
        "agrees with these rankings": f"{longer:.0%}",
        **({"agrees with the course's judge": f"{longer_wins(_fair_pairs(fitted)):.0%}"} if won else {}),
        "takes the longer one": "always",
        "correlation with length": "+1.00",
    }
    show_table([*rows, rule], alt="On pairs not seen, with whom each reward agrees, and how far it goes with length")


def _with_two_judges(fitted: Fitted, longer: float, won: WonBack) -> str:
    learnt, corrected = fitted.as_learnt, fitted.lengthless
    fair = longer_wins(_fair_pairs(fitted))
    sure = "" if won.beyond_chance else ", which chance alone could do: so few prompts cannot tell"
    return (
        f"**The bias is {'' if learnt.goes_with_length else 'hardly '}learnt.** This judge takes the longer answer in "
        f"{longer:.0%} of the pairs, the course's judge in {fair:.0%}; the reward takes it in "
        f"{longer_preferred(learnt.judged):.0%} of the pairs that it has not seen, corrected in "
        f"{longer_preferred(corrected.judged):.0%}.\n\n"
        f"**What the correction wins back.** {_where_length_decided(won)}Over all "
        f"{number_of(won.all.pairs, 'pair')} of the course's judge agreement goes from **{won.all.as_learnt:.1%}** to "
        f"**{won.all.corrected:.1%}**: {100 * won.gained:+.1f} points, with a standard error of {100 * won.error:.1f} "
        f"over {number_of(won.prompts, 'prompt')}{sure}. With the judge it has learnt from it goes from "
        f"{learnt.accuracy:.0%} to {corrected.accuracy:.0%}: what that judge says for length alone is not to be learnt."
    )


def _where_length_decided(won: WonBack) -> str:
    if won.turned is None or won.others is None:
        return ""
    return (
        f"On the {number_of(won.turned.pairs, 'pair')} that length has turned round the reward sides with the course's "
        f"judge in **{won.turned.as_learnt:.0%}**, corrected in **{won.turned.corrected:.0%}**; on the "
        f"{won.others.pairs} others in {won.others.as_learnt:.0%}, corrected in {won.others.corrected:.0%}. (The first "
        "are those with the shorter answer better: who always took that one would win them all and lose elsewhere.) "
    )


def _fair_pairs(fitted: Fitted) -> list:
    return [each.pair for each in fitted.as_learnt.fair]


def _correlation(learnt: Learnt) -> str:
    found = learnt.length_correlation
    return "not defined" if found is None else format_signed(found)
