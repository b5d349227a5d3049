"""A pretrained model's two shortcomings, and a layer of it replaced: what is asked for and what is told. No torch."""

from __future__ import annotations

from dataclasses import dataclass

from lib.lesson.prompting.scores import Score
from lib.lesson.prompting.task import USUAL_WORDING, WORDINGS, task
from lib.lesson.ways.errors import WaysError
from lib.models.catalogue import BUNDLED, catalogue
from lib.training.texts.datasets import load_dataset

STRUCTURE, KNOWLEDGE = "structure", "knowledge"
SHOWN = 3


@dataclass(frozen=True)
class HeadRun:
    """Put a linear layer with one output a label in the place of the language-modelling head, and train it alone.

    It reads the mean of the last hidden states over a sentence's tokens. The loss is cross-entropy over the labels.
    """

    model: str = BUNDLED
    learning_rate: float = 0.003
    weight_decay: float = 0.01
    steps: int = 60

    def __post_init__(self) -> None:
        if not 1 <= self.steps <= 500:
            raise WaysError(f"steps must be from 1 to 500; it is {self.steps}")
        if not 0 < self.learning_rate <= 1:
            raise WaysError(f"A learning rate must be above 0 and at most 1; it is {self.learning_rate:g}")

    @property
    def expected_s(self) -> float:
        """Measured on two CPU cores: loading, six answers, and 160 sentences read."""
        return 40 if catalogue()[self.model].wide else 6


@dataclass(frozen=True)
class Wrote:
    """What the model writes to a prompt, before anything is done to it."""

    shortcoming: str
    prompt: str
    wanted: str
    continuation: str

    @property
    def met(self) -> bool:
        """Whether it is what was wanted, and nothing else."""
        return self.continuation.strip().rstrip(".").lower() == self.wanted.strip().rstrip(".").lower()


@dataclass(frozen=True)
class SentencesRead:
    done: int
    total: int


@dataclass(frozen=True)
class HeadStep:
    """After `step` updates of the new head."""

    step: int
    loss: float
    """Mean cross-entropy over the training sentences before the update, in nats; ln 4 = 1.39 knows nothing."""
    training_accuracy: float
    test_accuracy: float


@dataclass(frozen=True)
class NewHead:
    """A new output layer on a frozen model, and what it does with sentences it has not seen."""

    score: Score
    """On the test sentences."""
    trained: int
    """Parameters of the new head."""
    replaced: int
    """Parameters of the head whose place it takes: hidden_size × vocabulary."""
    hidden_size: int
    frozen_sha256: tuple[str, str]
    """Of all weights of the model, before and after."""

    @property
    def vocabulary(self) -> int:
        """Tokens that the replaced head gave a probability."""
        return self.replaced // self.hidden_size


HeadEvent = Wrote | SentencesRead | HeadStep | NewHead


def questions() -> tuple[tuple[str, str, str], ...]:
    """(Shortcoming, prompt, what is wanted): a label and nothing else; facts that stood in no text."""
    labels = [(STRUCTURE, WORDINGS[USUAL_WORDING].ask(each.text), each.label) for each in task().test[:SHOWN]]
    facts = [(KNOWLEDGE, blank.prompt, blank.answer) for blank in load_dataset("made_up_company").blanks[:SHOWN]]
    return (*labels, *facts)
