"""What a run of the page is unless a student chooses otherwise: so much that a class can wait for its end. No torch."""

from __future__ import annotations

from lib.alignment.answers import inviting_prompts, prompts
from lib.alignment.policy.run import PolicyRun, Reward
from lib.models.catalogue import catalogue

GRPO_BETA = 0.05
GRPO_RULE = "exclaiming"
GRPO_USUAL = {False: (1e-3, 20), True: (2e-3, 12)}
"""Learning rate and updates by whether a model is large: a class is to see the end of either run in a few minutes."""


def usual_grpo_run(model: str) -> PolicyRun:
    """As the page on the policy has it before anything is chosen."""
    rate, steps = GRPO_USUAL[catalogue()[model].wide]
    return grpo_run(model, Reward(rule=GRPO_RULE), GRPO_BETA, rate, steps, seed=0)


def grpo_run(model: str, reward: Reward, beta: float, rate: float, steps: int, seed: int) -> PolicyRun:
    """On fewer answers where each takes long."""
    wide = catalogue()[model].wide
    return PolicyRun(
        "grpo",
        reward,
        inviting_prompts(model, reward.rule) or prompts(model)[:8],
        (),
        model,
        beta,
        rate,
        steps,
        batch_size=2 if wide else 4,
        group=8,
        seed=seed,
        **usual_looks(model, steps),
    )


def usual_looks(model: str, steps: int) -> dict[str, int]:
    """How often answers of the policy are looked at, and how many: less of a large model, where a look takes longer
    than an update."""
    wide = catalogue()[model].wide
    return {"examine_every": max(1, steps // (3 if wide else 4)), "examined": 16 if wide else 24}
