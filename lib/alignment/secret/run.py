"""The secret rule: the game, and what it tells. No torch: pages read these."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from lib.alignment.answers import Sampling
from lib.alignment.policy.run import PolicyEvent, PolicyRun, Reward
from lib.alignment.preferences import Pair
from lib.alignment.rules import SECRET, rule
from lib.models.catalogue import BUNDLED, catalogue

TOKENS, TEMPERATURE = 24, 0.7
RATE_BY_HAND = 2e-3
"""Of a round on a person's votes, which are few and less decided than the app's best against worst. Tried on the
bundled model, two seeds each, 64 answers before and after: from 12 votes for fewer commas these fell from 1.30 to 0.44
and from 1.64 to 0.72 an answer (at half the rate, with 10 votes: to 0.72 and 1.22), and from 7 votes “he” rose from
0.36 to 0.83 and from 0.23 to 0.48, the latter no more than chance."""
A_STEP_S = {False: 0.35, True: 6.0}
"""An update on eight pairs, by a small and a large model, measured on two CPU cores."""


@dataclass(frozen=True)
class Game:
    """One round: votes on sampled answers, and DPO on them."""

    prompts: tuple[str, ...]
    rule: str
    """By which the app votes; where `pairs` are given, only what is counted."""
    pairs: tuple[Pair, ...] = ()
    """Votes by a person; none lets the app vote."""
    model: str = BUNDLED
    count: int = 8
    """Answers sampled to each prompt, for the app to vote on."""
    beta: float = 0.3
    learning_rate: float = 1e-3
    steps: int = 24
    seed: int = 0

    def __post_init__(self) -> None:
        rule(self.rule)

    @property
    def sampling(self) -> Sampling:
        return Sampling(self.prompts, self.model, self.count, TOKENS, TEMPERATURE, self.seed)

    def tuning(self, pairs: tuple[Pair, ...]) -> PolicyRun:
        """DPO on the votes; 32 answers before and after."""
        return PolicyRun(
            "dpo",
            Reward(rule=self.rule),
            self.prompts,
            pairs,
            self.model,
            self.beta,
            self.learning_rate,
            self.steps,
            max_new_tokens=TOKENS,
            temperature=TEMPERATURE,
            examine_every=self.steps,
            examined=32,
            seed=self.seed,
        )

    @property
    def expected_s(self) -> float:
        """Measured on two CPU cores: sampling, two looks at 32 answers, and the updates."""
        return (
            self.sampling.expected_s
            + (60 if catalogue()[self.model].wide else 8)
            + self.steps * A_STEP_S[catalogue()[self.model].wide]
        )


@dataclass(frozen=True)
class Voted:
    """The votes that are learnt from."""

    pairs: tuple[Pair, ...] = field(repr=False)


GameEvent = Voted | PolicyEvent


def hidden_rule(seed: int) -> str:
    """The rule that the app hides under a number: the same number hides the same rule."""
    return random.Random(f"rule {seed}").choice(SECRET)
