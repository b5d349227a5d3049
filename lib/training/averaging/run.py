"""What is trained and what it came to. No torch: pages read these.

The mean of k updates ΔWᵢ = (lora_alpha / r) Bᵢ Aᵢ is itself a LoRA of rank k · r: its A is the Aᵢ one under the other,
its B the Bᵢ / k side by side. So the average is exact. All runs begin with the same A (one seed), as clients of
federated averaging begin with the same weights (McMahan et al. 2017, arXiv 1602.05629).
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from lib.training.duration import run_expected_s, run_time_limit_s
from lib.training.errors import TrainingError
from lib.training.run import FineTuningRun
from lib.training.texts.datasets import Dataset, Example

RANK, ALPHA = 8, 16
MOST_SEPARATE = 40
"""Runs of one student's text each; more would keep the room waiting."""
LEAST_TEXTS = 5
HELD_OUT_SHARE = 0.2
STEPS_TOGETHER, STEPS_ALONE = 25, 10
LEARNING_RATE = 5e-3
ALONE_S, AVERAGING_S = 0.8, 1.3
"""One single run, and the average on the held-out texts: with 50 texts 34 s of processor time were measured in all."""


@dataclass(frozen=True)
class Averaging:
    """Texts of different students, one each; a fifth of them is held out, which no run sees."""

    texts: tuple[str, ...]
    seed: int = 0
    of: str = ""
    """Which room's texts they are, and written for which of its questions."""

    def __post_init__(self) -> None:
        if len(self.texts) < LEAST_TEXTS:
            raise TrainingError(
                f"There are {len(self.texts)} different texts; at least {LEAST_TEXTS} are needed, one of them held out"
            )

    @property
    def _shuffled(self) -> list[str]:
        texts = list(self.texts)
        random.Random(self.seed).shuffle(texts)
        return texts

    @property
    def held_out(self) -> tuple[str, ...]:
        return tuple(self._shuffled[: max(1, round(HELD_OUT_SHARE * len(self.texts)))])

    @property
    def training(self) -> tuple[str, ...]:
        return tuple(self._shuffled[len(self.held_out) :])

    @property
    def alone(self) -> tuple[str, ...]:
        """The texts that are also trained on one by one, drawn at random where there are more."""
        return self.training[:MOST_SEPARATE]

    @property
    def together_run(self) -> FineTuningRun:
        return self._run(self.training, STEPS_TOGETHER, (beginning(self.held_out[0]),))

    @property
    def alone_runs(self) -> tuple[FineTuningRun, ...]:
        """These are not asked how they go on with a text."""
        return tuple(self._run((text,), STEPS_ALONE) for text in self.alone)

    @property
    def expected_s(self) -> float:
        return run_expected_s(self.together_run) + len(self.alone) * ALONE_S + AVERAGING_S

    @property
    def time_limit_s(self) -> float:
        return sum(run_time_limit_s(run) for run in (self.together_run, *self.alone_runs))

    def _run(self, texts: Sequence[str], steps: int, prompts: tuple[str, ...] = ()) -> FineTuningRun:
        data = Dataset(
            title="The room's texts",
            about="Written by the students of one room",
            source="the room",
            training=tuple(map(Example, texts)),
            held_out=tuple(map(Example, self.held_out)),
            blanks=(),
        )
        return FineTuningRun(
            rank=RANK,
            lora_alpha=ALPHA,
            learning_rate=LEARNING_RATE,
            steps=steps,
            batch_size=min(4, len(texts)),
            own=data,
            prompts=prompts,
            ask_every=0,
            evaluate_every=steps,
            seed=self.seed,
        )


def beginning(text: str, words: int = 3) -> str:
    """The first words of a text, with which a model is asked to go on."""
    return " ".join(text.split()[:words])


@dataclass(frozen=True)
class OneTrained:
    """A run is over; `alone` counts those of single texts from 1, and is 0 for the one on all."""

    alone: int
    held_out_loss: float
    """Nats per token."""


@dataclass(frozen=True)
class Averaged:
    """Everything beside each other. Losses are held out, in nats per token; norms are Frobenius' over all matrices."""

    base_loss: float
    together_loss: float
    average_loss: float
    alone_losses: tuple[float, ...]
    together_norm: float
    average_norm: float
    alone_norms: tuple[float, ...]
    cosine: float | None
    """Mean over all pairs of single updates; None with one."""
    prompt: str
    base_says: str
    together_says: str
    average_says: str

    @property
    def alone_loss(self) -> float:
        """Mean over the single runs."""
        return sum(self.alone_losses) / len(self.alone_losses)

    @property
    def alone_norm(self) -> float:
        return sum(self.alone_norms) / len(self.alone_norms)

    @property
    def kept(self) -> float:
        """The average's norm over the mean norm of what was averaged: 1 if all pull the same way."""
        return self.average_norm / self.alone_norm

    @property
    def kept_at_right_angles(self) -> float:
        """What would be kept if each of the k updates pulled at right angles to every other and all were as long:
        1 / √k."""
        return 1 / math.sqrt(len(self.alone_losses))


AveragingEvent = OneTrained | Averaged
