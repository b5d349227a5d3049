"""A model being born: what a recorded pretraining wrote at its checkpoints, and how the bundled model's run went."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from typing import Any

from lib.places import ASSETS, BUNDLED_MODEL


@dataclass(frozen=True)
class Checkpoint:
    """A model at one moment of its training."""

    step: int
    tokens_seen: int
    held_out_nats_per_token: float
    word_share: float
    """Of the runs of letters it writes, those that are words of its books."""
    continuations: dict[str, str]
    """What it writes after each prompt."""


@dataclass(frozen=True)
class LossPoint:
    """The loss on held-out books after so many tokens."""

    tokens_seen: int
    nats_per_token: float


@dataclass(frozen=True)
class Birth:
    """The recorded run, and the bundled model's own to compare with."""

    checkpoints: tuple[Checkpoint, ...]
    facts: dict[str, Any]
    """How it was recorded: device, date, versions, sampling."""
    vocabulary: int
    bundled_curve: tuple[LossPoint, ...]
    bundled_sample: str
    """What the finished bundled model writes after “The queen said”, the prompt among it."""

    @property
    def prompts(self) -> tuple[str, ...]:
        return tuple(self.checkpoints[0].continuations)

    @property
    def knowing_nothing(self) -> float:
        """ln of the vocabulary: the loss of whoever finds all tokens equally likely."""
        return math.log(self.vocabulary)

    @property
    def curve(self) -> tuple[LossPoint, ...]:
        return tuple(LossPoint(each.tokens_seen, each.held_out_nats_per_token) for each in self.checkpoints)


@cache
def birth() -> Birth:
    """The run recorded in `assets/lesson/birth.json`."""
    told = json.loads((ASSETS / "lesson" / "birth.json").read_text(encoding="utf-8"))
    bundled = json.loads((BUNDLED_MODEL / "pretraining.json").read_text(encoding="utf-8"))
    recipe = bundled["recipe"]
    per_step = recipe["batch_size"] * recipe["context"]
    return Birth(
        checkpoints=tuple(Checkpoint(**each) for each in told.pop("checkpoints")),
        facts=told,
        vocabulary=recipe["vocab_size"],
        bundled_curve=tuple(LossPoint(point["step"] * per_step, point["held_out_loss"]) for point in bundled["curve"]),
        bundled_sample=bundled["sample"],
    )
