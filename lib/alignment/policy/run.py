"""What a policy run is and what it tells while it goes. No torch here: pages read these."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean

from lib.alignment.answers import Answer, Sampling
from lib.alignment.by_prompt import means_by_prompt
from lib.alignment.errors import AlignmentError
from lib.alignment.preferences import Pair
from lib.alignment.reward.run import Head
from lib.alignment.rules import rule
from lib.models.catalogue import BUNDLED, catalogue

METHODS = ("dpo", "grpo")
MOST_STEPS = 200


@dataclass(frozen=True)
class Reward:
    """What an answer earns: the score of a rule, or what a reward model gives it."""

    rule: str | None = None
    head: Head | None = None

    def __post_init__(self) -> None:
        if (self.rule is None) == (self.head is None):
            raise AlignmentError("A reward must be a rule's or a reward model's; choose one of the two")
        if self.rule is not None:
            rule(self.rule)

    @property
    def unit(self) -> str:
        """What its numbers are."""
        return "reward" if self.rule is None else rule(self.rule).counted


@dataclass(frozen=True)
class PolicyRun:
    """Configuration of one run: the model with LoRA is the policy, the model without it the reference.

    dpo   learns from pairs alone (Rafailov et al. 2023, arXiv 2305.18290, equation 7)
    grpo  samples groups of answers, and raises the probability of those that earn more than their group's mean (Shao
          et al. 2024, arXiv 2402.03300, equations 3 and 4, one update a batch); without the division by the group's
          standard deviation it would be REINFORCE with a baseline (Williams 1992)
    """

    method: str
    reward: Reward
    """For dpo it only measures; for grpo it is what is learnt."""
    prompts: tuple[str, ...]
    """Asked in training (grpo), before and after."""
    pairs: tuple[Pair, ...] = ()
    """For dpo."""
    model: str = BUNDLED
    beta: float = 0.1
    """How dear it is to move away from the reference: DPO's β, GRPO's weight of the KL divergence."""
    learning_rate: float = 2e-3
    steps: int = 30
    batch_size: int = 8
    """Pairs a step (dpo), prompts a step (grpo)."""
    group: int = 8
    """Answers to each prompt of a step (grpo)."""
    max_new_tokens: int = 24
    temperature: float = 0.7
    """Of policy and reference both: their probabilities are those of the logits divided by it."""
    examine_every: int = 10
    """Steps between two looks at answers of the policy."""
    examined: int = 24
    """Answers of such a look."""
    rank: int = 8
    seed: int = 0
    gold: Reward | None = None
    """A second reward that only judges the answers looked at: nothing is trained on it."""

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise AlignmentError(f"method must be one of {', '.join(METHODS)}")
        if self.method == "dpo" and not self.pairs:
            raise AlignmentError("DPO learns from preferred answers, and there are none; rank some answers first")
        for name, low, high in (
            ("beta", 0, 10),
            ("learning_rate", 0, 1),
            ("steps", 1, MOST_STEPS),
            ("batch_size", 1, 32),
            ("group", 2, 16),
            ("examine_every", 1, MOST_STEPS),
            ("examined", 1, 64),
            ("rank", 1, 64),
        ):
            value = getattr(self, name)
            if not low <= value <= high:
                raise AlignmentError(f"{name} must be from {low} to {high}; it is {value:g}")
        self.sampling  # noqa: B018 (checks prompts and tokens)

    @property
    def sampling(self) -> Sampling:
        """One answer to a prompt, as often as it is asked."""
        return Sampling(self.prompts, self.model, 1, self.max_new_tokens, self.temperature, self.seed)

    @property
    def expected_s(self) -> float:
        """Measured on two CPU cores."""
        wide = catalogue()[self.model].wide
        looks = 1 + math.ceil(self.steps / self.examine_every)
        a_look = (20 if wide else 1.2) * self.examined / 24
        answers = self.batch_size * (self.group if self.method == "grpo" else 2)
        an_answer = {"dpo": 0.36 if wide else 0.02, "grpo": 0.74 if wide else 0.05}[self.method]
        by_reference = 2 * min(len(self.pairs), self.steps * self.batch_size) * (0.15 if wide else 0.01)
        return 4 + looks * a_look + self.steps * answers * an_answer + by_reference

    @property
    def time_limit_s(self) -> float:
        return 180 + 6 * self.expected_s


@dataclass(frozen=True)
class PolicyStep:
    """One update."""

    step: int
    loss: float
    reward: float | None
    """Mean over the answers sampled for this step (grpo)."""
    accuracy: float | None
    """Share of this step's pairs whose better answer has gained more than the worse one (dpo), before the update."""
    kl_nats: float | None
    """From the reference, per answer, on the answers sampled for this step (grpo)."""
    seconds: float


@dataclass(frozen=True)
class Examined:
    """Answers of the policy after `step` updates, and what they are worth."""

    step: int
    answers: tuple[Answer, ...]
    rewards: tuple[float, ...]
    kl_nats: float
    """Mean of ln π(answer) - ln π_ref(answer) over the sampled answers: an unbiased estimate of KL(π, π_ref)."""
    reference_nats: float
    """Mean negative log-likelihood per token of these answers under the reference: how odd it finds them."""
    book_loss: float
    """Nats per token of the policy on held-out passages of a book."""
    gold: tuple[float, ...] = ()
    """What the second reward gives each answer, where there is one."""

    @property
    def reward(self) -> float:
        return mean(self.rewards)

    @property
    def away(self) -> float:
        """√KL from the reference, in √nats; 0 where the estimate falls below 0."""
        return math.sqrt(max(0.0, self.kl_nats))

    def forgot_since(self, before: Examined) -> float:
        """Nats per token that the book has become less likely."""
        return self.book_loss - before.book_loss

    @property
    def rewards_by_prompt(self) -> dict[str, float]:
        return means_by_prompt(self.answers, self.rewards)


@dataclass(frozen=True)
class PolicyDone:
    """The last event of a run. What was learnt is shown by its answers; nobody has a use for its LoRA's files."""

    seconds: float


PolicyEvent = PolicyStep | Examined | PolicyDone


def lately_right(steps: Sequence[PolicyStep]) -> tuple[float, int]:
    """(Share of the pairs whose better answer has gained more than the worse, updates that it is the mean of): over the
    last quarter of a DPO run, since one update looks at a few pairs only."""
    last = steps[-max(1, len(steps) // 4) :]
    return mean(each.accuracy for each in last), len(last)
