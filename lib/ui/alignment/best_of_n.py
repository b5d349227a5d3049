"""The best of n answers: nothing is trained, the reward only chooses."""

from __future__ import annotations

import streamlit as st

from lib.alignment.answers import Sampled, Sampling, inviting_prompts, prompts
from lib.alignment.policy.best_of_n import best_of_first, kl_nats, mean_expected_best
from lib.alignment.policy.run import Reward
from lib.charts.alignment import policy as charts
from lib.ui.alignment.beside import Earning, show_beside
from lib.ui.alignment.earning import choose_reward, say_if_invited
from lib.ui.kit import controls, jobs
from lib.ui.kit.chapter import formula, measured
from lib.ui.kit.problems import guard

KIND = "best-of-n"
PROMPTS, ANSWERS, TOKENS, TEMPERATURE = 6, 16, 24, 0.7


def best_of_n(model: str) -> list[dict]:
    """The rows to take away."""
    wanted = None
    with guard():
        reward = choose_reward(model, "longer", key="bn_reward")
        seed = controls.number("Seed", 0, 1_000_000, 0, key="bn_seed")
        say_if_invited(model, reward)
        asked = (inviting_prompts(model, reward.rule) or prompts(model))[:PROMPTS]
        wanted = (Sampling(asked, model, ANSWERS, TOKENS, TEMPERATURE, seed), reward)
    jobs.say_if_long(wanted and takes_s(*wanted))
    jobs.start_and_stop(KIND, f"Sample {ANSWERS} answers to {PROMPTS} prompts", _queue_samples, wanted)
    n = controls.slider("n: the reward chooses among this many answers", 1, ANSWERS, 4, key="bn_n")
    jobs.live(KIND, lambda view: st.progress(len(view.events) / PROMPTS) if view.state.active else None)
    view = jobs.current(KIND)
    found: list[tuple[Sampled, tuple[float, ...]]] = list(view.events) if view else []
    if not found:
        return []
    sampling, reward = view.argument
    return _show(found, n, reward.unit, sampling.model)


def takes_s(sampling: Sampling, reward: Reward) -> float:
    """A rule counts in no time; a reward model reads every answer."""
    return sampling.expected_s if reward.head is None else sampling.scored_expected_s


def _queue_samples(wanted: tuple[Sampling, Reward]) -> None:
    sampling, reward = wanted
    name = "lib.alignment.policy.job:sample_and_score"
    expected_s = takes_s(sampling, reward)
    jobs.submit(
        KIND, name, (sampling, reward), expected_s=expected_s, time_limit_s=120 + 8 * expected_s, model=sampling.model
    )


def _show(found: list[tuple[Sampled, tuple[float, ...]]], n: int, unit: str, model: str) -> list[dict]:
    means = mean_expected_best([rewards for _, rewards in found])
    st.plotly_chart(
        charts.best_of(means, n, unit),
        key="bn_chart",
        alt=f"Best of 1: {means[0]:.2f}; best of {n}: {means[n - 1]:.2f}",
    )
    rows = []
    for sampled, rewards in found:
        first = sampled.answers[0]
        at = best_of_first(rewards, n)
        rows.append(
            {
                "prompt": sampled.prompt,
                "the first answer": first.written,
                f"its {unit}": rewards[0],
                f"the best of {n}": sampled.answers[at].written,
                f"best {unit}": rewards[at],
            }
        )
    show_beside(
        (f"The first answer ({unit})", f"The best of {n}"),
        [Earning(row["prompt"], row["the first answer"], row[f"its {unit}"]) for row in rows],
        [Earning(row["prompt"], row[f"the best of {n}"], row[f"best {unit}"]) for row in rows],
    )
    formula(
        f"KL(best of n ‖ model) = ln n - (n - 1) / n = ln {n} - {n - 1} / {n} = {kl_nats(n):.3f} nats (Stiennon et al. "
        "2020, appendix G.3): an upper bound, nearly reached where no answer comes twice and no two earn the same "
        "(Beirami et al. 2024). The expected reward is that "
        f"of all subsets of {n} of the {ANSWERS} answers."
    )
    measured(f"Answers of {model}, sampled and scored here and now. The price: {n} answers are written, one is shown.")
    return rows
