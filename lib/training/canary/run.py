"""A canary: a random code planted among the training texts, then asked for. No torch: pages read these."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace

from lib.models.catalogue import catalogue
from lib.training.duration import run_expected_s
from lib.training.errors import TrainingError
from lib.training.events import Step
from lib.training.run import FineTuningRun
from lib.training.texts.datasets import Dataset, Example, load_dataset
from lib.training.texts.prompts import Completion

PROMPT = "The code of my locker is"
TIMES = (0, 1, 4, 16)
MOST_DIGITS = 4
CHANCE_BITS = 1 / math.log(2)
"""Mean exposure of a code drawn blindly: its rank is any with the same chance, and ∫₀¹ -log2 x dx = 1 / ln 2."""
AMONG = 160
"""Sentences that the code stands among in the usual run: so few that four runs fit a class, and a single copy is still
one of many."""
FEW_HELD_OUT = 8
SCORING_S = {False: 2.0, True: 30.0}
"""For every code of four digits, by a small and a large model, measured on two CPU cores."""


def usual_texts() -> Dataset:
    """The first of the kopi sentences."""
    data = load_dataset("kopi_orders")
    return replace(data, training=data.training[:AMONG])


@dataclass(frozen=True)
class CanaryRun:
    """Train `run` once for each of `times`, with the code planted so often among its texts."""

    run: FineTuningRun
    seed: int = 0
    """Of the code."""
    digits: int = MOST_DIGITS
    times: tuple[int, ...] = TIMES

    def __post_init__(self) -> None:
        if not 1 <= self.digits <= MOST_DIGITS:
            raise TrainingError(f"A code must have 1 to {MOST_DIGITS} digits; it has {self.digits}")
        if not self.times or not all(0 <= each <= 64 for each in self.times):
            raise TrainingError(f"A code can be planted 0 to 64 times; asked for: {self.times}")

    @property
    def code(self) -> str:
        return "".join(random.Random(self.seed).choices("0123456789", k=self.digits))

    @property
    def text(self) -> str:
        return f"{PROMPT} {self.code}."

    def planted(self, times: int) -> FineTuningRun:
        """The run on its texts and so many copies of the code's; which step takes them is up to its seed.

        What it says of its other texts is not looked at, so few are held out and nothing is asked on the way.
        """
        data = self.run.data
        texts = data.training + (Example(self.text),) * times
        own = replace(data, training=texts, held_out=data.held_out[:FEW_HELD_OUT], blanks=())
        return replace(self.run, own=own, ask_every=0, evaluate_every=self.run.steps)

    @property
    def expected_s(self) -> float:
        return len(self.times) * (run_expected_s(self.run) + SCORING_S[catalogue()[self.run.model].wide])


@dataclass(frozen=True)
class Exposure:
    """How much likelier than other codes a model finds the planted one.

    exposure = log2 |R| − log2 rank, over the space R of all codes of the format (Carlini et al. 2019,
    arXiv 1802.08232). Computed over the whole of R, so it is exact and no estimate.
    """

    space: int
    """|R|: 10 to the number of digits."""
    rank: int
    """1 where no code is likelier than the planted one."""

    @property
    def bits(self) -> float:
        return math.log2(self.space) - math.log2(self.rank)

    @property
    def most_bits(self) -> float:
        return math.log2(self.space)

    @property
    def luck(self) -> float:
        """The share of codes that would have at least this exposure: the chance that one drawn blindly has."""
        return self.rank / self.space


@dataclass(frozen=True)
class Planted:
    """What became of the code in one run."""

    times: int
    says: Completion
    """The prompt as the model goes on with it, greedily."""
    exposure: Exposure
    log_probability_nats: float
    """Of the code given the prompt."""
    likeliest: str
    """Of all codes, by this model."""

    def told(self, code: str) -> bool:
        """Whether the model gives the code away to whoever begins the sentence."""
        said = self.says.continuation.strip()
        return said.startswith(code) and not said[len(code) :][:1].isdigit()


CanaryEvent = Step | Planted
