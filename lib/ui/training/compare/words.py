"""What the numbers of a comparison show, in sentences made from them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lib.training.comparing.findings import Difference, LessAndLess, Winner, learns_less_and_forgets_less
from lib.training.comparing.outcomes import Column
from lib.ui.kit.problems import problem
from lib.ui.kit.text import escape

PAPER = "[Biderman et al. 2024](https://arxiv.org/abs/2405.09673)"


def failures(found: Sequence[Column]) -> None:
    """The sentence of each setting that failed, once."""
    for column in found:
        for message in dict.fromkeys(failure.message for failure in column.failures):
            seeds = [str(failure.seed) for failure in column.failures if failure.message == message]
            problem(f"{column.setting.label}, seed {', '.join(seeds)}: {message}")


def less_and_less(found: Sequence[Column]) -> None:
    """Whether LoRA learns less and forgets less, in these very runs."""
    beside = learns_less_and_forgets_less(found)
    if not beside:
        st.markdown(
            "With full fine-tuning beside LoRA, this says whether “LoRA learns less and forgets less” "
            f"({PAPER}) holds in your own runs."
        )
    for each in beside:
        _say(each)


def _say(found: LessAndLess) -> None:
    verdict = {
        True: ":green[:material/check_circle:] **confirmed by your runs**",
        False: ":red[:material/cancel:] **not what your runs show**",
        None: ":orange[:material/help:] **not decided by your runs**",
    }[found.confirmed]
    name = escape(found.lora.setting.label)
    st.markdown(
        f"### “LoRA learns less and forgets less”: {verdict}\n"
        f"**Learnt**, in nats per token on held-out texts. {_pair(name, found.learns)} "
        f"({_decided(found.learns, 'less', 'more')}).  \n"
        f"**Forgot**, on the book. {_pair(name, found.forgets)} ({_decided(found.forgets, 'less', 'more')})."
    )
    lora_rate, full_rate = found.lora.setting.run.learning_rate, found.full.setting.run.learning_rate
    st.caption(
        f"The claim is from {PAPER}, on Llama 2 7B, with code and mathematics, each at a learning rate chosen for it. "
        f"Yours is one small model, {name} at {lora_rate:g} and full fine-tuning at {full_rate:g}: a lower rate "
        "mostly learns less and forgets less, whatever is trained, so move both before you believe either answer."
    )


def _pair(name: str, both: Difference) -> str:
    return f"{name}: {both.first:.2f}; full fine-tuning: {both.second:.2f}"


def _decided(both: Difference, below: str, above: str) -> str:
    if both.spread is None:
        return "one seed has no spread, so this is not decided; take two or three"
    if not both.decided:
        within = f"a difference of {both.gap_shown:.2f} is within the spread of {both.spread:.2f} between seeds"
        return f"{within}, so this is not decided"
    word = below if both.first < both.second else above
    return f"**{word}**, by more than the spread of {both.spread:.2f} between seeds"


def who_wins(found: Winner | None) -> None:
    """Which setting of a sweep is best, and whether by more than chance."""
    if found is None:
        st.markdown(
            "### :orange[:material/help:] Nothing to rank\nFewer than two settings came to the end with every seed. "
            "Lower the learning rate under **Everything else stays as it is here**, and sweep again."
        )
        return
    best, next_best = escape(found.best.setting.label), escape(found.runner_up.setting.label)
    by = found.by.gap_shown
    if found.by.decided:
        st.markdown(
            f"### :green[:material/check_circle:] {best} wins\nHeld-out loss {found.by.first:.2f}, beside "
            f"{found.by.second:.2f} of {next_best}: lower by {by:.2f}, more than the spread of {found.by.spread:.2f} "
            "between seeds."
        )
        _who_is_out(found)
        return
    why = (
        "one seed has no spread; take at least two"
        if found.by.spread is None
        else f"the difference of {by:.2f} is within the spread of {found.by.spread:.2f} between seeds"
    )
    st.markdown(
        f"### :orange[:material/help:] Not decided\n{best} has the lowest held-out loss, {found.by.first:.2f}, beside "
        f"{found.by.second:.2f} of {next_best}, but {why}."
    )
    _who_is_out(found)


def _who_is_out(found: Winner) -> None:
    """What the ranking leaves out, and what would let it in."""
    if found.out:
        st.markdown(words_of_who_is_out(found))


def words_of_who_is_out(found: Winner) -> str:
    names = " and ".join(f"**{escape(each.setting.label)}**" for each in found.out)
    said = f"{names} did not come to the end with every seed, so this ranking is of the others."
    rates = {each.setting.run.learning_rate for each in (found.best, found.runner_up, *found.out)}
    if len(rates) > 1:  # the rate itself is what was varied
        return said
    return (
        f"{said} At another learning rate it may be another: what wins here wins under "
        "**Everything else stays as it is here**."
    )
