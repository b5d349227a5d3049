"""Which reward a policy is to earn: a reward model's, or the score of a rule."""

from __future__ import annotations

import streamlit as st

from lib.alignment.answers import inviting_prompts
from lib.alignment.errors import AlignmentError
from lib.alignment.policy.run import Reward
from lib.alignment.rules import HACKABLE, RULES
from lib.ui.alignment.reward import my_head
from lib.ui.kit import controls
from lib.ui.kit.text import escape

TASTE, LENGTHLESS = "taste", "lengthless"


def choose_reward(model: str, default: str, *, key: str, label: str = "What is rewarded") -> Reward:
    """Raises AlignmentError where the student's reward model is asked for and has not learnt yet."""
    options = {
        TASTE: "My reward model",
        LENGTHLESS: "My reward model, without length",
        **{name: f"More {RULES[name].counted}" for name in HACKABLE},
    }
    chosen = controls.select(label, options, default, key=key)
    if chosen in HACKABLE:
        return Reward(rule=chosen)
    head = my_head(model, lengthless=chosen == LENGTHLESS)
    if head is None:
        raise AlignmentError(
            f"No reward model that reads with {model} has been trained in this browser yet; train one on the page "
            f"before with {model} as its backbone, or reward something that can be counted"
        )
    return Reward(head=head)


def say_if_invited(model: str, reward: Reward) -> None:
    """Where ordinary prompts would not do."""
    if invited := inviting_prompts(model, reward.rule):
        st.caption(
            f"Asked with prompts that invite it (**{escape(invited[0])}**): after ordinary ones it hardly ever comes, "
            "and a reward that is never seen teaches nothing."
        )
