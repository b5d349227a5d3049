"""Training a classifier of rude texts: what is asked for, and what is told. No torch: pages read these."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from lib.alignment.errors import AlignmentError
from lib.alignment.toxicity.texts import Labelled, course_texts
from lib.models.catalogue import BUNDLED, catalogue

FOLDS = 8


@dataclass(frozen=True)
class ToxicityRun:
    """Logistic regression, P(rude) = σ(w · h + b), on h, the mean of the model's last hidden states over the text.

    h is standardised and stays as it is; w and b are learnt with a penalty λ |w|² / 2 on the mean cross-entropy. Each
    text is scored by a classifier that has not seen it: they are learnt FOLDS times, a part being left out each time.
    """

    model: str = BUNDLED
    own: tuple[Labelled, ...] = ()
    weight_decay: float = 0.1
    steps: int = 100
    seed: int = 0
    """Of which texts are left out together."""

    def __post_init__(self) -> None:
        if not 1e-4 <= self.weight_decay <= 100:
            raise AlignmentError(f"weight_decay must be from 0.0001 to 100; it is {self.weight_decay:g}")
        if not 10 <= self.steps <= 500:
            raise AlignmentError(f"steps must be from 10 to 500; it is {self.steps}")

    @property
    def texts(self) -> tuple[Labelled, ...]:
        return (*course_texts(), *self.own)

    @property
    def expected_s(self) -> float:
        """Measured on two slow CPU cores: loading, reading a text, and the fits."""
        return 6 + (0.3 if catalogue()[self.model].wide else 0.02) * len(self.texts)


def parts(texts: Sequence[Labelled], seed: int) -> tuple[tuple[int, ...], ...]:
    """Numbers of the texts in FOLDS parts, each of which is left out once; every kind is spread over all parts."""
    order = random.Random(seed)
    dealt: list[int] = []
    for kind in dict.fromkeys((each.kind, each.rude) for each in texts):
        some = [number for number, each in enumerate(texts) if (each.kind, each.rude) == kind]
        order.shuffle(some)
        dealt += some
    return tuple(tuple(sorted(dealt[part::FOLDS])) for part in range(FOLDS))


@dataclass(frozen=True)
class TextsRead:
    """So many of the texts have been read by the model."""

    done: int
    total: int


@dataclass(frozen=True)
class ClassifierStep:
    """After `step` updates of the first of the classifiers, which leaves one part out."""

    step: int
    loss: float
    """Mean cross-entropy over the texts it learns from, in nats; ln 2 = 0.69 knows nothing."""
    training_accuracy: float
    held_out_accuracy: float


@dataclass(frozen=True)
class Scored:
    """Each text with its score by a classifier that has not seen it."""

    texts: tuple[Labelled, ...]
    scores: tuple[float, ...]
    """P(rude) from 0 to 1, in the order of the texts."""
    weights: int
    """Numbers that a classifier has learnt: hidden_size and one."""
    seconds: float

    @property
    def rude(self) -> tuple[bool, ...]:
        return tuple(each.rude for each in self.texts)


ToxicityEvent = TextsRead | ClassifierStep | Scored
