"""A reward that is easily earned, and what becomes of the text."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from lib.alignment.policy.run import Examined, PolicyRun, PolicyStep, Reward
from lib.alignment.policy.usual import grpo_run
from lib.alignment.rules import HACKABLE, RULES
from lib.charts.alignment import policy as charts
from lib.engine import JobView
from lib.ui.alignment.earning import say_if_invited
from lib.ui.alignment.policy import choose_how_far, looks_of, progress, queue_policy
from lib.ui.kit import controls, jobs
from lib.ui.kit.chapter import formula, measured
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.problems import guard
from lib.ui.kit.text import followed_by

KIND = "hacking"
SHOWN = 4
HARDLY_NATS = 0.1
"""A change in surprise per token below this says nothing of sense."""


def hack_a_reward(model: str) -> list[dict]:
    """The rows to take away."""
    wanted = None
    with guard():
        titles = {name: f"More {RULES[name].counted}" for name in HACKABLE}
        name = controls.segmented("The reward", titles, "exclaiming", key="rh_reward")
        beta, steps, seed = choose_how_far("rh", steps=16)
        wanted = replace(
            grpo_run(model, Reward(rule=name), beta, 2e-3, steps, seed),
            batch_size=2,
            examined=16,
            examine_every=max(1, steps // 8),
        )
        say_if_invited(model, wanted.reward)
    jobs.start_and_stop(KIND, "Reward it", queue_policy, KIND, wanted)
    jobs.live(KIND, _draw_hacking)
    view = jobs.current(KIND)
    looks = looks_of(view) if view else []
    return [
        {
            "updates": look.step,
            "reward": look.reward,
            "kl_nats": look.kl_nats,
            "reference_nats_per_token": look.reference_nats,
            "book_loss": look.book_loss,
            "an_answer": look.answers[0].text,
        }
        for look in looks
    ]


def _draw_hacking(view: JobView) -> None:
    run: PolicyRun = view.argument
    unit = run.reward.unit
    steps, looks = progress(view), looks_of(view)
    if not looks:
        return
    first, last = looks[0], looks[-1]
    if len(looks) > 1:
        st.plotly_chart(
            charts.overoptimised(looks, unit),
            key="rh_chart",
            alt=f"{unit} {first.reward:.2f} to {last.reward:.2f}; the base model's surprise per token "
            f"{first.reference_nats:.2f} to {last.reference_nats:.2f} nats",
        )
    shown = last
    if not view.state.active and len(looks) > 1:
        by_step = {look.step: look for look in looks}
        shown = by_step[st.select_slider("After this many updates", list(by_step), last.step, key=f"rh_look_{view.id}")]
    happened(f"### What it writes after {shown.step} updates: {shown.reward:.2f} {unit} on average")
    for answer in shown.answers[:SHOWN]:
        st.markdown(followed_by(answer.prompt, answer.written))
    if view.state.active or len(looks) < 2:
        return
    happened(hacking_verdict(unit, looks, steps))
    formula(
        "How natural: the mean of ln p(token) under the base model, over all tokens of the answers. √KL is the "
        "distance that Gao et al. 2022 (figure 1) draw a reward over: what is measured rises, what is meant turns "
        "down. How natural a text is stands here for what is meant; the other view has a gold reward for it."
    )
    measured(f"{run.model} here and now, β = {run.beta:g}, {len(last.answers)} answers each time.")


def hacking_verdict(unit: str, looks: list[Examined], steps: list[PolicyStep]) -> str:
    first, last = looks[0], looks[-1]
    if last.reward <= first.reward:
        never = not any(each.reward for each in (*looks, *steps))
        why = (
            "no answer ever earned anything, so there was nothing to make likelier: a reward never seen teaches nothing"
            if never
            else "the updates were too few or too small, or β holds the model back"
        )
        return f"The reward did not rise ({first.reward:.2f} → {last.reward:.2f} {unit}): {why}."
    if last.reference_nats <= first.reference_nats - HARDLY_NATS:
        return (
            f"The number that is measured went from **{first.reward:.2f}** to **{last.reward:.2f}** {unit} per answer, "
            f"and the base model is less surprised than before ({first.reference_nats:.2f} → {last.reference_nats:.2f} "
            "nats per token). That need not be sense: what repeats itself is easy to foresee. Read the answers."
        )
    if last.reference_nats - first.reference_nats < HARDLY_NATS:
        return (
            f"The number that is measured went from **{first.reward:.2f}** to **{last.reward:.2f}** {unit} per answer, "
            f"and the base model is hardly more surprised ({first.reference_nats:.2f} → {last.reference_nats:.2f} nats "
            "per token): sense has not been paid with yet. Take more updates to see when it is."
        )
    return (
        f"The number that is measured went from **{first.reward:.2f}** to **{last.reward:.2f}** {unit} per answer. "
        "Nobody asked for sense, so nobody paid for it: the base model's surprise per token is "
        f"**{last.reference_nats:.2f}** nats instead of {first.reference_nats:.2f}. A larger β buys "
        "back the sense, at the price of reward: try one."
    )
