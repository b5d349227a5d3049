"""A proxy reward against a gold one: the run, what it tells, and both on one scale. No torch: pages read these.

Gao, Schulman and Hilton 2022 (arXiv 2210.10760, section 2): a gold reward model stands for people. It labels the pairs
from which the proxy learns, the policy earns the proxy's reward, and gold only judges what the policy writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, stdev

from lib.alignment.answers import prompts
from lib.alignment.by_prompt import error_of_difference, error_of_mean, means_by_prompt
from lib.alignment.errors import AlignmentError
from lib.alignment.policy.run import Examined, PolicyEvent, PolicyRun, Reward
from lib.alignment.preferences import Ranking, check_learnable
from lib.alignment.reward.run import Head
from lib.alignment.rules import rule
from lib.models.catalogue import BUNDLED
from lib.units import number_of

LEAST_PAIRS, MOST_PAIRS = 2, 96
LOOKS = 12
LEAST_FALL = 0.5
"""Of gold from its best, in standard deviations: half of what sets the base model's own answers apart."""


@dataclass(frozen=True)
class GoldRun:
    """Gold learns from all rankings and labels `pairs` of their answers; a policy earns what a proxy learnt of them."""

    rankings: tuple[Ranking, ...]
    pairs: int = 8
    """Labels that the proxy learns from."""
    beta: float = 0.0
    learning_rate: float = 1e-3
    steps: int = 48
    seed: int = 0
    rule: str | None = None
    """Gold is this rule; None: a reward model that has learnt from all rankings."""
    model: str = BUNDLED

    def __post_init__(self) -> None:
        if self.rule is None:
            check_learnable(self.rankings)
        else:
            rule(self.rule)
        if not LEAST_PAIRS <= self.pairs <= MOST_PAIRS:
            raise AlignmentError(
                f"The proxy learns from {LEAST_PAIRS} to {MOST_PAIRS} pairs; {self.pairs} were asked for"
            )

    def policy(self, proxy: Head, gold: Reward) -> PolicyRun:
        return PolicyRun(
            "grpo",
            Reward(head=proxy),
            prompts(self.model)[:8],
            (),
            self.model,
            self.beta,
            self.learning_rate,
            self.steps,
            batch_size=2,
            examined=32,
            examine_every=max(1, self.steps // LOOKS),
            seed=self.seed,
            gold=gold,
        )

    @property
    def expected_s(self) -> float:
        """Measured on two CPU cores: loading and reading, the updates, and the looks."""
        return 6 + 1.2 * self.steps + 1.5 * LOOKS


@dataclass(frozen=True)
class Labelled:
    """What the proxy has learnt from gold's labels."""

    pairs: int
    unseen: int
    """Pairs of answers that the proxy has seen no label of."""
    agreement: float | None
    """Share of the unseen pairs in which proxy and gold prefer the same answer; None where there is none."""


GoldEvent = Labelled | PolicyEvent


@dataclass(frozen=True)
class BothRewards:
    """After some updates: each reward in standard deviations of its own over the base model's answers, 0 their mean."""

    step: int
    away: float
    """√KL from the base model, in √nats."""
    proxy: float
    gold: float
    gold_by_prompt: dict[str, float]
    """The mean over each prompt's answers, from the same 0."""

    @property
    def gold_error(self) -> float:
        """Standard error of `gold`."""
        return error_of_mean(self.gold_by_prompt)

    @property
    def when(self) -> str:
        """So many updates, in words that go on in a sentence."""
        return f"after {number_of(self.step, 'update')}" if self.step else "before the first update"


def both_rewards(looks: Sequence[Examined]) -> tuple[BothRewards, ...]:
    """The first look is the base model. Raises AlignmentError where all of its answers earn the same."""
    first = looks[0]
    proxy_unit, gold_unit = stdev(first.rewards), stdev(first.gold)
    if not proxy_unit or not gold_unit:
        raise AlignmentError(
            "All answers of the base model earn the same, so there is no scale to draw a reward on; take another gold "
            "or another seed"
        )
    base = mean(first.gold)
    return tuple(
        BothRewards(
            look.step,
            look.away,
            (look.reward - first.reward) / proxy_unit,
            (mean(look.gold) - base) / gold_unit,
            {prompt: (each - base) / gold_unit for prompt, each in means_by_prompt(look.answers, look.gold).items()},
        )
        for look in looks
    )


def best_for_gold(found: Sequence[BothRewards]) -> BothRewards:
    """Where one should have stopped, as gold sees it."""
    return max(found, key=lambda each: each.gold)


def has_turned(found: Sequence[BothRewards]) -> bool:
    """Whether gold ends below its best by more than three standard errors of the difference, and by enough to matter.

    Three and not two, since the best of about a dozen looks was picked: one of them is high by chance. Where all
    answers have become alike their errors are tiny, and a fall that is sure may be too small to speak of.
    """
    best, last = best_for_gold(found), found[-1]
    fall = best.gold - last.gold
    return fall > max(LEAST_FALL, 3 * error_of_difference(best.gold_by_prompt, last.gold_by_prompt))


def rise_error(found: Sequence[BothRewards]) -> float:
    """Standard error of how far gold has come from the base model, prompt by prompt."""
    return error_of_difference(found[0].gold_by_prompt, found[-1].gold_by_prompt)
