"""What can be wrong with a run, said so that a student can put it right."""

from __future__ import annotations

import math

from lib.errors import StudentError
from lib.training.rates import rate_to_try


class TrainingError(StudentError):
    """A run cannot be started, or went wrong in a way its student can put right."""


class Diverged(TrainingError):
    """The loss is no number any more, or far above that of guessing at random."""

    def __init__(self, step: int, loss: float, guessing: float, learning_rate: float) -> None:
        self.step, self.loss = step, loss
        what = f"reached {loss:,.0f}" if math.isfinite(loss) else "stopped being a number"
        super().__init__(
            f"The loss {what} at step {step}, where guessing at random gives {guessing:.1f}: "
            f"a learning rate of {learning_rate:g} is too high for this run; try {rate_to_try(learning_rate)} or less"
        )
