"""A case to run, what it tells, and whether its numbers say that it is repaired. No torch: pages read these."""

from __future__ import annotations

from dataclasses import dataclass

from lib.training.events import Event
from lib.training.run import FineTuningRun
from lib.training.texts.datasets import Example

LEARNT = 0.7
"""Of the loss before training: what a run that has learnt its texts gets below."""
RISEN = 1.05
"""Times its lowest value: a held-out loss above that has turned up."""
FORGOT_NATS = 1.0
"""Per token on pages of a book: a rise that is heard in every sentence."""


@dataclass(frozen=True)
class CaseRun:
    """A run that may have something wrong with it, and what is shown and measured beside it."""

    run: FineTuningRun
    trained_half: str = "both"
    """Of the adapter: "A", "B" or "both"."""
    without_backward: bool = False
    """Whether products with 4-bit weights have no backward pass, as in a kernel that is for inference alone."""
    divergence_stops: bool = True
    """Whether a loss far above that of guessing ends the run, as everywhere else in the app."""
    questions: tuple[Example, ...] = ()
    """Held-out questions with the right answers marked; none where the texts are no questions."""


@dataclass(frozen=True)
class TokenSeen:
    text: str
    counts: bool
    """In the loss."""


@dataclass(frozen=True)
class Preview:
    """What the model is given: the first training texts, token by token, and held-out texts with the nearest."""

    base_held_in: str
    """A precision of the base's weights: "fp32", "nf4-double", …"""

    training: tuple[tuple[TokenSeen, ...], ...]
    held_out: tuple[tuple[str, str], ...]
    """(Held-out text, the training text that is most like it)."""


@dataclass(frozen=True)
class Trainable:
    """Parameters of the adapter that are trained."""

    in_a: int
    in_b: int


@dataclass(frozen=True)
class BrokeOff:
    """The loss went out of bounds, and the run ended by itself."""

    step: int
    loss: float


@dataclass(frozen=True)
class Measured:
    """What is measured at the end, beside the curve."""

    answer_loss: float | None = None
    """Nats per token of the right answers to held-out questions; None where the texts are no questions."""
    overlap: int = 0
    """Held-out texts that are training texts too."""


@dataclass(frozen=True)
class Outcome:
    """A finished run in the numbers that a diagnosis needs. Losses in nats per token."""

    first: float
    last: float
    lowest: float
    largest_gradient: float
    broke_off: bool
    forgot_nats: float | None
    measured: Measured

    @property
    def learnt(self) -> bool:
        return not self.broke_off and self.last < LEARNT * self.first

    @property
    def turned_up(self) -> bool:
        return self.last > RISEN * self.lowest


CaseEvent = Event | Preview | Trainable | BrokeOff | Measured
