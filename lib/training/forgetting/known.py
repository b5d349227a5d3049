"""What a model knows besides its texts: facts, and how books go on. No torch: pages read these."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache

from lib.evaluation.likelihood import Item
from lib.models.catalogue import BUNDLED
from lib.places import ASSETS

PASSAGES = 6
PASSAGE_TOKENS = 96
"""So few that examples may stand in front, even for a model that reads 256 tokens at once."""


@dataclass(frozen=True)
class Fact:
    """A prompt with its right answer and wrong ones of the same kind."""

    prompt: str
    right: str
    wrong: tuple[str, ...]
    source: str

    @property
    def item(self) -> Item:
        return Item(self.prompt, self.prompt, (self.right, *self.wrong), 0)


@cache
def facts() -> tuple[Fact, ...]:
    """The capital of France, and nine more."""
    rows = json.loads((ASSETS / "training" / "facts.json").read_text(encoding="utf-8"))["facts"]
    return tuple(Fact(**{**row, "wrong": tuple(row["wrong"])}) for row in rows)


@cache
def passages() -> tuple[str, ...]:
    """The beginnings of PASSAGES stretches of a book that the bundled model was not trained on, evenly spread."""
    book = (ASSETS / "quant" / "held_out.txt").read_text(encoding="utf-8")
    paragraphs = [each for each in book.split("\n\n") if len(each) > 6 * PASSAGE_TOKENS]
    return tuple(paragraphs[len(paragraphs) * index // PASSAGES] for index in range(PASSAGES))


def has_facts(model: str) -> bool:
    """Whether it makes sense to ask a model facts: the bundled one has read a few old books, and knows none."""
    return model != BUNDLED


@dataclass(frozen=True)
class FactSaid:
    """A fact as a model finds it."""

    prompt: str
    right: str
    picked: str
    """The likeliest of the right answer and the wrong ones."""
    margin: float
    """Log-probability of the right answer less that of the best wrong one, in nats."""

    @property
    def known(self) -> bool:
        return self.picked == self.right


@dataclass(frozen=True)
class Known:
    """What a model knows at one moment."""

    book_loss: float
    """Nats per token on held-out passages of a book."""
    facts: tuple[FactSaid, ...]
    """Empty for a model that is not asked."""

    @property
    def book_perplexity(self) -> float:
        return math.exp(min(self.book_loss, 700.0))

    @property
    def facts_known(self) -> int:
        return sum(fact.known for fact in self.facts)
