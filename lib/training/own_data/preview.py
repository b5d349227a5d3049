"""What a preview is asked, and what it tells. No torch: pages read these."""

from __future__ import annotations

from dataclasses import dataclass

from lib.models.catalogue import catalogue
from lib.training.own_data.texts import OwnText
from lib.training.texts.datasets import Dataset

TEMPLATES = {"model": "the model's own", "plain": "a plain one"}
SHOWN_TRAINING, SHOWN_HELD_OUT, SHOWN_CUT = 12, 4, 24
"""Texts that are told token by token: the first on each side, and the first that are cut, wherever they stand."""
WEIGHED_TEXTS = 64
"""Held-out texts on which the base model's losses are measured, at most."""


@dataclass(frozen=True)
class PreviewRequest:
    """A student's own texts, to be cut and counted as a run would learn them."""

    training: tuple[OwnText, ...]
    held_out: tuple[OwnText, ...]
    model: str
    template: str = "model"
    """One of TEMPLATES; a model without one of its own is given the plain one."""
    loss_on: str = "answer"

    @property
    def expected_s(self) -> float:
        """Seconds on two CPU cores, with loading."""
        return 10 if catalogue()[self.model].wide else 2


@dataclass(frozen=True)
class SeenToken:
    text: str
    special: bool
    counted: bool
    """Whether predicting it counts in the loss."""


@dataclass(frozen=True)
class Seen:
    """One text as the model reads it."""

    number: int
    held_out: bool
    tokens: tuple[SeenToken, ...]
    cut: str
    """What is beyond the last token that is read."""


@dataclass(frozen=True)
class Prepared:
    """All texts as they will be learnt, and some of them token by token."""

    dataset: Dataset
    prompts: tuple[str, ...]
    """Beginnings of held-out texts, for a run to ask beside the blanks."""
    seen: tuple[Seen, ...]
    template: str
    """One of TEMPLATES, the one that was used."""
    longest_tokens: int
    """Most tokens that are read of a text; what is beyond is cut."""
    training_tokens: int
    counted_if_text: int
    """Of the training tokens, those that count when the loss is on the whole text."""
    counted_if_answer: int
    cut_rows: tuple[int, ...]
    without_answer: tuple[int, ...]
    """Rows whose whole answer is cut off, so that nothing but the end of the text counts."""

    @property
    def answer_share(self) -> float:
        """Of the training tokens that count in the loss on the whole text, those of answers."""
        return self.counted_if_answer / self.counted_if_text

    @property
    def cut_seen(self) -> int:
        """How many of the rows that are cut are told token by token."""
        return sum(bool(each.cut) for each in self.seen)


@dataclass(frozen=True)
class BaseLosses:
    """The base model's loss on the same held-out texts, counted in both ways, in nats per token."""

    texts: int
    on_text: float
    on_answer: float | None
    """None where the texts answer nothing."""


PreviewEvent = Prepared | BaseLosses
