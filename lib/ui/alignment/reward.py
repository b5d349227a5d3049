"""A reward model: learning live, how much is enough, how sure it is, and where it is wrong."""

from __future__ import annotations

import math
from functools import partial

import streamlit as st

from lib.alignment.length import length_rankings
from lib.alignment.preferences import Ranking, course_rankings, pairs_of
from lib.alignment.reward.length import longer_wins
from lib.alignment.reward.run import (
    CurvePoint,
    Fitted,
    Head,
    Judged,
    Read,
    RewardRun,
    RewardStep,
    calibration,
    calibration_error,
)
from lib.charts.alignment import reward as charts
from lib.engine import JobView
from lib.ui.alignment.length import offer_judge_who_likes_length, show_length
from lib.ui.alignment.ranked import choose_rankings
from lib.ui.kit import controls, jobs
from lib.ui.kit.chapter import formula, measured
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.problems import guard
from lib.ui.kit.text import escape
from lib.ui.models.choice import choose_model
from lib.units import number_of

KIND = "reward-model"
VIEWS = {
    "learn": "It learns",
    "enough": "How much is enough",
    "sure": "How sure it is",
    "wrong": "Where it is wrong",
    "length": "Length",
}
WORST = 5
FEWEST = 5
"""Pairs about which something is said: of one or two the share that is right says nothing."""


def learn_a_reward(model: str) -> list[dict]:
    """The rows to take away."""
    wanted = None
    with guard():
        wanted = _chosen_reward_run(model, choose_rankings(model))
    jobs.say_if_long(wanted and wanted.expected_s)
    jobs.start_and_stop(KIND, "Let it learn", _queue_reward, wanted, icon="school")
    view = jobs.current(KIND)
    shown = controls.segmented("Look at", VIEWS, "learn", key="rm_view")
    if view is None and wanted is not None:
        st.info("No reward model has learnt yet: press **Let it learn**.", icon=":material/school:")
    jobs.live(KIND, lambda now: _draw_reward(now, shown))
    fitted = fitted_of(view)
    if fitted is None:
        return []
    if shown == "length" and not view.argument.fair:
        offer_judge_who_likes_length()
    return [
        {"prompt": answer.prompt, "answer": answer.text, "tokens": answer.tokens, "reward": reward, "lengthless": other}
        for (answer, reward), (_, other) in zip(fitted.as_learnt.rewards, fitted.lengthless.rewards, strict=True)
    ]


def my_head(model: str, *, lengthless: bool = False) -> Head | None:
    """The head that this browser's newest reward model has learnt on `model`; None where there is none."""
    fitted = fitted_of(jobs.current(KIND))
    if fitted is None or fitted.as_learnt.head.model != model:
        return None
    return (fitted.lengthless if lengthless else fitted.as_learnt).head


def learnt_on() -> str | None:
    """The model that this browser's newest reward model reads with; None where there is none."""
    fitted = fitted_of(jobs.current(KIND))
    return fitted.as_learnt.head.model if fitted else None


def fitted_of(view: JobView | None) -> Fitted | None:
    return next((event for event in view.events if isinstance(event, Fitted)), None) if view else None


def _chosen_reward_run(model: str, rankings: tuple[Ranking, ...]) -> RewardRun:
    with st.expander("More", icon=":material/tune:"):
        backbone = choose_model("rm_model", model, label="Backbone: the model that reads the answers")
        decay = controls.pick("Weight decay", [0.01, 0.1, 1.0, 10.0], 1.0, key="rm_decay")
        steps = controls.slider("Updates", 20, 300, 120, key="rm_steps", step=20)
        seed = controls.number("Seed", 0, 1_000_000, 0, key="rm_seed")
    fair = course_rankings(model) if rankings == length_rankings(model) else ()
    return RewardRun(rankings, backbone, decay, steps, seed, fair)


def _queue_reward(wanted: RewardRun) -> None:
    limit_s = 120 + 8 * wanted.expected_s
    name = "lib.alignment.reward.job:learn_reward"
    jobs.submit(KIND, name, wanted, expected_s=wanted.expected_s, time_limit_s=limit_s, model=wanted.model)


def _draw_reward(view: JobView, shown: str) -> None:
    run: RewardRun = view.argument
    steps = [event for event in view.events if isinstance(event, RewardStep)]
    points = [event for event in view.events if isinstance(event, CurvePoint)]
    read = next((event for event in reversed(view.events) if isinstance(event, Read)), None)
    fitted = fitted_of(view)
    if view.state.active and read and not steps:
        st.progress(read.done / read.total, f"{run.model} reads the answers: {read.done} of {read.total}")
    if shown == "learn" and steps:
        _learning(run, steps, fitted)
    elif shown == "enough" and points:
        _enough(run, points)
    elif fitted and shown in ("sure", "wrong", "length"):
        {"sure": _sure, "wrong": _wrong, "length": partial(show_length, run)}[shown](fitted)
    elif view.state.active and steps:
        st.caption("It is still learning; this comes at the end.")


def _learning(run: RewardRun, steps: list[RewardStep], fitted: Fitted | None) -> None:
    last = steps[-1]
    size = f"of {len(fitted.as_learnt.head.weights)} weights " if fitted else ""
    st.plotly_chart(
        charts.learning(steps),
        key="rm_learning",
        alt=f"After {last.step} updates right on {last.training_accuracy:.0%} of the pairs it learns from and "
        f"{last.held_out_accuracy:.0%} of those held out",
    )
    happened(
        f"From {len(pairs_of(run.rankings))} pairs a small head {size}learns what is preferred. It tells "
        f"**{last.training_accuracy:.0%}** of the pairs it learns from apart, and **{last.held_out_accuracy:.0%}** of "
        f"those about the {run.prompts_held_out} of {run.prompts_compared} prompts that it has not seen. Only the "
        "second number says whether it has learnt a taste or the pairs by heart, and it is one draw of which prompts "
        "are held out: the next view has a dozen."
    )
    formula(
        "loss = -ln σ(r(better) - r(worse)), on average over the pairs: after the last update "
        f"{last.loss:.3f} nats; who knows nothing has ln 2 = {math.log(2):.3f} (Ouyang et al. 2022, equation 1)."
    )
    measured(f"Hidden states of {run.model}, read here and now.")


def _enough(run: RewardRun, points: list[CurvePoint]) -> None:
    longer = longer_wins(pairs_of(run.rankings))
    st.plotly_chart(
        charts.enough(points, longer),
        key="rm_enough",
        alt="; ".join(f"{number_of(p.prompts, 'prompt')}: {p.accuracy:.0%} right" for p in points),
    )
    first, last = points[0], points[-1]
    if len(points) == 1:
        happened(
            f"Learnt from {number_of(last.prompts, 'prompt')} it is right on {last.accuracy:.0%} of the held-out "
            f"pairs, over {last.repeats} draws. That is one point and no curve yet: rank the answers to more "
            "prompts to see whether they help."
        )
        return
    gained = last.accuracy - first.accuracy
    points = f"{100 * gained:+.0f} percentage points"
    if gained > last.spread:
        says = f"More rankings help: {points} from {first.prompts} to {last.prompts} prompts."
    else:
        says = (
            f"From {first.prompts} to {last.prompts} prompts accuracy changes by {points}, which is within the "
            "spread: these rankings do not yet show that more of them help."
        )
    happened(
        f"{says} The bars are one standard deviation over {last.repeats} draws of which prompts are learnt from and "
        f"which are held out. The rule “the longer answer is better” gets {longer:.0%} without any model."
    )


def _sure(fitted: Fitted) -> None:
    bins = calibration(fitted.as_learnt.judged)
    error = calibration_error(bins)
    st.plotly_chart(
        charts.calibration(bins, error),
        key="rm_sure",
        alt="; ".join(
            f"says {each.said:.0%}, is right in {each.true:.0%} of {number_of(each.pairs, 'pair')}" for each in bins
        ),
    )
    enough = [each for each in bins if each.pairs >= FEWEST]
    surest = enough[-1] if enough else max(bins, key=lambda each: each.pairs)
    happened(
        f"Where it says that it is about **{surest.said:.0%}** sure, it is right in **{surest.true:.0%}** of "
        f"{number_of(surest.pairs, 'pair')}. Below the dotted line it is surer than it should be. Every pair is judged "
        "by a head that has seen no pair about its prompt."
    )


def _wrong(fitted: Fitted) -> None:
    judged = fitted.as_learnt.judged
    worst = sorted((each for each in judged if not each.right), key=lambda each: each.margin)[:WORST]
    wrong = sum(not each.right for each in judged)
    happened(f"### Wrong on {wrong} of {len(judged)} pairs it had not seen; here it was surest")
    for each in worst:
        _show_judged(each)


def _show_judged(each: Judged) -> None:
    with st.container(border=True):
        st.markdown(f"**{escape(each.pair.prompt)}**")
        left, right = st.columns(2)
        left.markdown(f":material/thumb_up: The judge: {escape(each.pair.better.text)}")
        right.markdown(f":material/smart_toy: The model: {escape(each.pair.worse.text)}")
        st.caption(f"It is {1 - each.probability:.0%} sure of the wrong one.")
