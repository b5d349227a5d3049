"""The learning rates that a run's slider has, and the one to try after a run that diverged. No torch."""

from __future__ import annotations

import math

LEARNING_RATES = (1e-5, 1e-4, 5e-4, 1e-3, 3e-3, 5e-3, 1e-2, 1.5e-2, 3e-2, 1e-1, 1.0, 10.0, 1e3)


def lower_rate(rate: float) -> float | None:
    """The highest one of the slider's that is a tenth of `rate` or less, if there is one."""
    tenth = rate / 10
    return max((each for each in LEARNING_RATES if each <= tenth or math.isclose(each, tenth)), default=None)


def rate_to_try(rate: float) -> str:
    """The same as a sentence says it; a tenth, where the slider has none so low."""
    return f"{lower_rate(rate) or rate / 10:g}"
