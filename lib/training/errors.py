"""What can be wrong with a run, said so that a student can put it right."""

from __future__ import annotations

import math

from lib.errors import StudentError


class TrainingError(StudentError):
    """A run cannot be started, or went wrong in a way its student can put right."""


class Diverged(TrainingError):
    """The loss is no number any more, or far above that of guessing at random."""

    BLAMED = "a learning rate of {:g} is too high"

    def __init__(self, step: int, loss: float, guessing: float, learning_rate: float) -> None:
        self.step, self.loss = step, loss
        what = f"reached {loss:,.0f}" if math.isfinite(loss) else "stopped being a number"
        super().__init__(
            f"The loss {what} at step {step}, where guessing at random gives {guessing:.1f}: "
            f"{self.BLAMED.format(learning_rate)} for this run; try {learning_rate / 10:g} or less"
        )


def is_too_fast(message: str | None, learning_rate: float) -> bool:
    """Whether a run of this rate ended because it diverged: a job's end is told as a sentence, not as an error."""
    return message is not None and Diverged.BLAMED.format(learning_rate) in message
