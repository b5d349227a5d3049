"""What is asked about an answer's training texts, and what is told. No torch: pages read these."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace

from lib.models.catalogue import catalogue
from lib.training.duration import run_expected_s
from lib.training.errors import TrainingError
from lib.training.events import Step
from lib.training.run import FineTuningRun
from lib.training.texts.datasets import Example
from lib.training.texts.prompts import Completion, check_prompt

TAKEN_OUT = (5, 10, 20, 40, 80)
CLEARLY_NATS = 1.0
"""What the texts at the top must cost the answer beyond what as many others cost, to be called its teachers."""
SECONDS_PER_TEXT = {False: 0.03, True: 0.5}
"""Of scoring, for a small and a large model, measured on two CPU cores."""


@dataclass(frozen=True)
class Tracing:
    """Train `run`, ask `prompt`, and score every training text by how much it spoke for the answer."""

    run: FineTuningRun
    prompt: str
    every_checkpoint: bool = False
    """Whether gradients are taken at every checkpoint of the run, or at its end alone, which is quicker."""

    def __post_init__(self) -> None:
        check_prompt(self.prompt)

    @property
    def expected_s(self) -> float:
        wide = catalogue()[self.run.model].wide
        return run_expected_s(self.run) + SECONDS_PER_TEXT[wide] * len(self.run.data.training) * self.checkpoints

    @property
    def checkpoints(self) -> int:
        return -(-self.run.steps // self.run.evaluate_every) if self.every_checkpoint else 1


@dataclass(frozen=True)
class Chances:
    """How likely one answer is, by one model."""

    log_probability_nats: float
    """Of all its tokens, each given those before it."""
    tokens: int

    @property
    def probability(self) -> float:
        return math.exp(self.log_probability_nats)


@dataclass(frozen=True)
class Traced:
    """The answer of the tuned model, and what each training text has to do with it."""

    answer: Completion
    untrained: Chances
    trained: Chances
    scores: tuple[float, ...]
    """One for each training text, in the dataset's order: Σ over checkpoints of the learning rate, summed over the
    steps that the checkpoint stands for, times the dot product of the text's gradient with the answer's (TracInCP:
    Pruthi et al. 2020, arXiv 2002.08484). Positive where a step on the text makes the answer likelier."""
    checkpoint_steps: tuple[int, ...]
    seconds: float
    """Of scoring."""

    @property
    def order(self) -> tuple[int, ...]:
        """Numbers of the training texts, the one that speaks most for the answer first."""
        return tuple(sorted(range(len(self.scores)), key=lambda index: -self.scores[index]))

    def share(self, index: int) -> float:
        """The score of a text as a share of the highest."""
        highest = max(self.scores)
        return self.scores[index] / highest if highest > 0 else 0.0


@dataclass(frozen=True)
class Retraining:
    """Train `run` again without the `taken_out` texts that speak most for the answer, and without as many others."""

    tracing: Tracing
    traced: Traced
    taken_out: int
    seed: int = 0
    """For the draw of the others."""

    def __post_init__(self) -> None:
        most = len(self.traced.scores) // 2
        if not 1 <= self.taken_out <= most:
            raise TrainingError(f"From 1 to {most} texts can be taken out; {self.taken_out} is not possible")

    @property
    def top(self) -> tuple[int, ...]:
        return self.traced.order[: self.taken_out]

    @property
    def others(self) -> tuple[int, ...]:
        """As many texts drawn from all the rest."""
        return tuple(random.Random(self.seed).sample(sorted(self.traced.order[self.taken_out :]), self.taken_out))

    def without(self, texts: tuple[int, ...]) -> FineTuningRun:
        """The same run on the training texts but these."""
        out, data = set(texts), self.tracing.run.data
        kept: tuple[Example, ...] = tuple(text for index, text in enumerate(data.training) if index not in out)
        return replace(self.tracing.run, own=replace(data, training=kept))


@dataclass(frozen=True)
class Retrained:
    """The answer asked for again, of a model that never saw some texts."""

    which: str
    """"top" or "others"."""
    taken_out: tuple[int, ...]
    says: Completion
    chances: Chances


@dataclass(frozen=True)
class Check:
    """What taking texts out did to the answer."""

    trained: Chances
    without_top: Chances
    without_others: Chances

    @property
    def top_cost_nats(self) -> float:
        return self.trained.log_probability_nats - self.without_top.log_probability_nats

    @property
    def others_cost_nats(self) -> float:
        return self.trained.log_probability_nats - self.without_others.log_probability_nats

    @property
    def confirmed(self) -> bool:
        """Whether the answer needed the texts at the top, and not just any."""
        return self.top_cost_nats > max(0.0, self.others_cost_nats) + CLEARLY_NATS


InfluenceEvent = Step | Traced | Retrained
