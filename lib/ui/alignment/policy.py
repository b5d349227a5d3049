"""DPO and GRPO live: what is earned, how far the policy moves, and the same prompts before and after."""

from __future__ import annotations

import streamlit as st

from lib.alignment.answers import prompts
from lib.alignment.by_prompt import FEWEST_PROMPTS, differences_by_prompt, sign_flips
from lib.alignment.policy.recorded import recorded_policy
from lib.alignment.policy.run import Examined, PolicyRun, PolicyStep, lately_right
from lib.alignment.policy.usual import GRPO_BETA, GRPO_RULE, GRPO_USUAL, grpo_run, usual_looks
from lib.alignment.preferences import check_decided, pairs_of
from lib.charts.alignment import policy as charts
from lib.engine import JobView
from lib.models.catalogue import catalogue
from lib.ui.alignment.beside import Earning, show_beside
from lib.ui.alignment.earning import choose_reward, say_if_invited
from lib.ui.alignment.ranked import choose_rankings
from lib.ui.kit import controls, jobs
from lib.ui.kit.chapter import formula, measured
from lib.ui.kit.keeping.notes import happened
from lib.ui.kit.problems import guard
from lib.ui.kit.text import escape
from lib.ui.kit.weights import came_through
from lib.units import number_of

JOB = "lib.alignment.policy.job:optimise"
BETAS = [0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0]
RATES = [1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3]


def tune_with_dpo(model: str) -> list[dict]:
    """Pairs in, policy out: no reward is learnt. The rows to take away."""
    wanted = None
    with guard():
        rankings = choose_rankings(model)
        check_decided(rankings)
        pairs = pairs_of(rankings)
        beta, rate, steps, seed = _method_settings("dpo", beta=0.1, rate=1e-3, steps=24)
        reward = choose_reward(model, "longer", key="dpo_reward", label="What is measured")
        asked = tuple(dict.fromkeys(pair.prompt for pair in pairs))[:8] or prompts(model)[:8]
        looks = usual_looks(model, steps)
        wanted = PolicyRun("dpo", reward, asked, pairs, model, beta, rate, steps, seed=seed, **looks)
    st.caption("Nothing is rewarded here: DPO learns from the pairs themselves.")
    return _run_and_show("dpo", wanted)


def tune_with_grpo(model: str) -> list[dict]:
    """Sample, score, update. The rows to take away."""
    wanted = None
    with guard():
        reward = choose_reward(model, GRPO_RULE, key="grpo_reward")
        wide = catalogue()[model].wide
        rate, steps = GRPO_USUAL[wide]
        beta, rate, steps, seed = _method_settings(
            "grpo", beta=GRPO_BETA, rate=rate, steps=steps, size="_wide" if wide else ""
        )
        wanted = grpo_run(model, reward, beta, rate, steps, seed)
        say_if_invited(model, reward)
        _say_what_it_achieves(wanted)
    return _run_and_show("grpo", wanted)


def _say_what_it_achieves(run: PolicyRun) -> None:
    """Before anyone waits for it, where that has been recorded."""
    recorded = recorded_policy()
    if recorded.is_of(run):
        facts = recorded.facts
        st.caption(
            f":material/history: **Recorded, not computed now**: with these settings {escape(facts['model'])} went "
            f"from {recorded.reward_before:.2f} to **{recorded.reward_after:.2f}** {run.reward.unit} per answer, "
            f"{recorded.kl_nats:.0f} nats from where it began; {facts['device']}, {facts['date']}, torch "
            f"{facts['versions']['torch']}, transformers {facts['versions']['transformers']}. "
            + came_through({facts["model"]: facts["weights_by_way_of"]}, "recorded")
        )


def _method_settings(
    key: str, *, beta: float, rate: float, steps: int, size: str = ""
) -> tuple[float, float, int, int]:
    """(beta, learning rate, updates, seed). `size` is in the keys of what has another default for a large model."""
    chosen = _choose_beta(key, beta)
    with st.expander("More", icon=":material/tune:"):
        return (
            chosen,
            controls.pick("Learning rate", RATES, rate, key=f"{key}_rate{size}", format_func="{:g}".format),
            controls.slider("Updates", 4, 120, steps, key=f"{key}_steps{size}", step=4),
            controls.number("Seed", 0, 1_000_000, 0, key=f"{key}_seed"),
        )


def choose_how_far(key: str, *, steps: int) -> tuple[float, int, int]:
    """(beta, updates, seed) of a policy that nothing holds at first."""
    beta = _choose_beta(key, 0.0)
    with st.expander("More", icon=":material/tune:"):
        return (
            beta,
            controls.slider("Updates", 8, 96, steps, key=f"{key}_steps", step=8),
            controls.number("Seed", 0, 1_000_000, 0, key=f"{key}_seed"),
        )


def _choose_beta(key: str, usual: float) -> float:
    return controls.pick(
        "β: what it costs to move away from the base model", BETAS, usual, key=f"{key}_beta", format_func="{:g}".format
    )


def queue_policy(kind: str, run: PolicyRun) -> None:
    """For a button's `on_click`."""
    jobs.submit(kind, JOB, run, expected_s=run.expected_s, time_limit_s=run.time_limit_s, model=run.model)


def _run_and_show(kind: str, wanted: PolicyRun | None) -> list[dict]:
    jobs.say_if_long(wanted and wanted.expected_s)
    jobs.start_and_stop(kind, "Tune", queue_policy, kind, wanted)
    jobs.live(kind, lambda view: _draw_policy(kind, view))
    view = jobs.current(kind)
    return before_and_after(looks_of(view)) if view and not view.state.active else []


def looks_of(view: JobView) -> list[Examined]:
    return [event for event in view.events if isinstance(event, Examined)]


def progress(view: JobView) -> list[PolicyStep]:
    """The updates so far, with a bar while they go on."""
    steps = [event for event in view.events if isinstance(event, PolicyStep)]
    run: PolicyRun = view.argument
    if view.state.active:
        done = steps[-1].step if steps else 0
        st.progress(done / run.steps, f"Update {done} of {run.steps}" if done else "Asked before the first update")
    return steps


def _draw_policy(kind: str, view: JobView) -> None:
    run: PolicyRun = view.argument
    unit = run.reward.unit
    steps, looks = progress(view), looks_of(view)
    if not looks:
        return
    left, right = st.columns(2)
    left.plotly_chart(
        charts.earned(looks, steps, unit),
        key=f"{kind}_earned",
        alt=f"{looks[0].reward:.2f} to {looks[-1].reward:.2f} {unit}",
    )
    right.plotly_chart(
        charts.moved(looks),
        key=f"{kind}_moved",
        alt=f"{looks[-1].kl_nats:.1f} nats from the reference; held-out book {looks[-1].book_loss:.2f} nats per token",
    )
    if steps:
        st.plotly_chart(charts.losses(steps), key=f"{kind}_loss", alt=f"Loss {charts.loss_in_words(steps[-1].loss)}")
    if view.state.active or len(looks) < 2:
        return
    _say_what_was_learnt(run, looks, steps)
    _show_answers(looks, unit)
    _worked(run, steps)
    measured(
        f"{run.model} with a LoRA of rank {run.rank}, the only weights that are trained; without it the model is the "
        f"reference. Here and now, {len(looks[-1].answers)} answers each time, temperature {run.temperature:g}."
    )


def before_and_after(looks: list[Examined]) -> list[dict]:
    """The answers to the same prompts, before the first update and after the last."""
    if len(looks) < 2:
        return []
    first, last = looks[0], looks[-1]
    rows = {}
    for one, earns, other, earns_now in zip(first.answers, first.rewards, last.answers, last.rewards, strict=True):
        row = {
            "prompt": one.prompt,
            "before": one.written,
            "earns": earns,
            "after": other.written,
            "earns now": earns_now,
        }
        rows.setdefault(one.prompt, row)
    return list(rows.values())


def _show_answers(looks: list[Examined], unit: str) -> None:
    """The same prompts before and after."""
    rows = before_and_after(looks)
    show_beside(
        (
            f"Before: {looks[0].reward:.2f} {unit} on average",
            f"After {looks[-1].step} updates: {looks[-1].reward:.2f}",
        ),
        [Earning(row["prompt"], row["before"], row["earns"]) for row in rows],
        [Earning(row["prompt"], row["after"], row["earns now"]) for row in rows],
    )


def _say_what_was_learnt(run: PolicyRun, looks: list[Examined], steps: list[PolicyStep]) -> None:
    first, last = looks[0], looks[-1]
    has = "earns"
    if run.method == "dpo":
        has = "has"
        right, updates = lately_right(steps)
        happened(
            f"In the last {number_of(updates, 'update')} the better answer had gained on the worse in **{right:.0%}** "
            "of the pairs; 50% is a coin. They are the pairs that it learns from."
        )
    happened(
        f"After {last.step} updates an answer {has} **{last.reward:.2f}** instead of **{first.reward:.2f}** "
        f"{run.reward.unit} on average, {len(last.answers)} answers each time. "
        f"{_how_sure(first, last)} The policy is **{last.kl_nats:.1f} nats** per answer from where it "
        f"began, and a held-out book costs it {last.book_loss:.2f} nats per token instead of {first.book_loss:.2f}: "
        "what it pays."
    )


def _how_sure(first: Examined, last: Examined) -> str:
    """Whether chance alone would have done it, with a prompt as one observation."""
    before, after = first.rewards_by_prompt, last.rewards_by_prompt
    if len(before) < FEWEST_PROMPTS:
        return (
            f"They are to {number_of(len(before), 'prompt')}, and it takes {FEWEST_PROMPTS} to tell this from chance."
        )
    flips = sign_flips(list(differences_by_prompt(before, after).values()))
    verdict = (
        "So this is more than chance alone would do."
        if flips.seldom
        else "Chance alone would do that more than one time in twenty, so nothing shows that this is more."
    )
    return f"{flips.in_words} {verdict}"


def _worked(run: PolicyRun, steps: list[PolicyStep]) -> None:
    last = steps[-1]
    if run.method == "dpo":
        formula(
            f"loss = -ln σ(β (ln π/π_ref(better) - ln π/π_ref(worse))), β = {run.beta:g}: {last.loss:.3f} nats at the "
            f"last update, ln 2 = 0.693 at the first (Rafailov et al. 2023, equation 7)."
        )
    else:
        formula(
            "loss = -mean of (advantage · π/π_old - β KL) over the tokens of each answer; advantage = (reward - mean "
            f"of its group of {run.group}) / its standard deviation; β = {run.beta:g} (Shao et al. 2024, equations 3 "
            "and 4). Of fresh answers π/π_old is 1 and the advantages of a group add up to 0: what is left of the loss "
            "is β times the KL divergence, so it rises while the policy learns."
        )
