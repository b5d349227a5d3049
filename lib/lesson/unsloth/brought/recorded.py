"""The curve that a GPU run is set beside: the student's own run on the CPU, or one that was recorded."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

from lib.lesson.unsloth.brought.log import At, TrainerLog, read_log
from lib.places import ASSETS
from lib.training.out.record import RunRecord

FOLDER = ASSETS / "training"


@dataclass(frozen=True)
class Curve:
    """Losses of a run in Live LoRA, in nats per token."""

    model: str
    device: str
    measured: str | None
    """The day of a recorded run; None for the student's own."""
    versions: str
    training: tuple[At, ...]
    held_out: tuple[At, ...]

    @property
    def is_own(self) -> bool:
        return self.measured is None


def curve_of(told: RunRecord) -> Curve:
    """The student's own run."""
    card = told.card
    return Curve(
        card.model,
        card.device,
        None,
        _versions(dict(card.versions)),
        tuple(At(each.step, each.loss) for each in told.steps),
        tuple(At(each.step, each.loss) for each in told.held_out),
    )


@cache
def recorded_curve() -> Curve:
    """The default run of Live LoRA on the bundled model, as `scripts/record_activity.py` measured it."""
    told = json.loads((FOLDER / "activity_run.json").read_text(encoding="utf-8"))
    card = told["card"]
    return Curve(
        card["model"],
        card["device"],
        told["measured"],
        _versions(dict(card["versions"])),
        tuple(At(each["step"], each["loss"]) for each in told["steps"]),
        tuple(At(each["step"], each["loss"]) for each in told["held_out"]),
    )


@cache
def recorded_log() -> TrainerLog:
    """What transformers' Trainer wrote of the same run, on a CPU (`scripts/record_activity.py`)."""
    file = FOLDER / "activity_trainer_state.json"
    return read_log(file.read_bytes(), file.name)


def _versions(versions: dict[str, str]) -> str:
    return ", ".join(f"{name} {versions[name]}" for name in ("torch", "transformers", "peft") if name in versions)
