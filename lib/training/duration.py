"""How long a run takes, before anyone has seen it, and how long it may. No torch: pages read these."""

from __future__ import annotations

from dataclasses import dataclass

from lib.models.catalogue import catalogue
from lib.training.methods.catalogue import methods
from lib.training.run import FineTuningRun


@dataclass(frozen=True)
class Pace:
    """Seconds of the parts of a run with LoRA on two processor cores with nobody else there, by the processor time
    that they were measured to take (a small model computes on one core)."""

    around_s: float
    """Loading, what the base says, the last answers and files."""
    step_s: float
    look_s: float
    """At the held-out texts that come with the app."""
    asked_s: float
    """The prompts, on the way."""
    known_s: float
    """What it knows besides its texts, before and after."""


SMALL = Pace(around_s=1.0, step_s=0.07, look_s=0.35, asked_s=0.16, known_s=0.7)
WIDE = Pace(around_s=7.0, step_s=0.7, look_s=2.3, asked_s=1.6, known_s=5.0)


def run_expected_s(run: FineTuningRun) -> float:
    """Seconds a run may take, for the first student in the queue; later ones are told what runs really took."""
    pace, method = WIDE if catalogue()[run.model].wide else SMALL, methods()[run.method]
    steps = run.steps - (run.resume_from.step if run.resume_from else 0) if method.trains else 0
    looks = 1 + steps // run.evaluate_every
    asked = steps // run.ask_every if run.ask_every else 0
    known_s = pace.known_s if run.weighs else 0.0
    by_method_s = method.pace * (steps * pace.step_s + looks * pace.look_s + known_s / 2)
    return pace.around_s + by_method_s + asked * pace.asked_s + known_s / 2


def run_time_limit_s(run: FineTuningRun) -> float:
    """Seconds after which a run is ended."""
    return 180 + (8 if catalogue()[run.model].wide else 2) * run.steps
