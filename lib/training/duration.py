"""How long a run takes, before anyone has seen it, and how long it may. No torch: pages read these."""

from __future__ import annotations

from lib.models.catalogue import catalogue
from lib.training.methods.catalogue import methods
from lib.training.run import FineTuningRun


def run_expected_s(run: FineTuningRun) -> float:
    """Seconds a run may take, for the first student in the queue; later ones are told what runs really took.

    Measured on two CPU cores, with LoRA: loading, evaluations and answers, and each step. A method that trains nothing
    takes no steps.
    """
    steps = run.steps - (run.resume_from.step if run.resume_from else 0)
    if not methods()[run.method].trains:
        steps = 0
    return 12 + 0.8 * steps if catalogue()[run.model].wide else 1.5 + 0.09 * steps


def run_time_limit_s(run: FineTuningRun) -> float:
    """Seconds after which a run is ended."""
    return 180 + (8 if catalogue()[run.model].wide else 2) * run.steps
