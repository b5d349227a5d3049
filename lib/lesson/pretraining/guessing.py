"""Be the language model: guess the next word among four, say how sure you are, and be scored in bits.

A guesser gives the four words probabilities that sum to 1; the score is −log₂ of what the true word got. Even odds
cost 2 bits. A model's probabilities are those it gives each word after the text, divided by their sum over the four.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from lib.evaluation.likelihood import Item, ItemScored
from lib.lesson.pretraining.errors import PretrainingError
from lib.places import ASSETS


@dataclass(frozen=True)
class Gap:
    """A place in the text: what is read since the last gap, and four words of which one comes next."""

    before: str
    words: tuple[str, ...]
    truth: str

    def __post_init__(self) -> None:
        if self.words.count(self.truth) != 1 or len(set(self.words)) != len(self.words):
            raise ValueError(f"{self.truth!r} must be one of {self.words}")


@dataclass(frozen=True)
class Passage:
    """A text neither guesser should know."""

    title: str
    source: str
    note: str
    gaps: tuple[Gap, ...]
    after: str

    def text_before(self, number: int) -> str:
        """Everything up to gap `number`, counted from 0, with the true words in the gaps before it."""
        done = "".join(gap.before + " " + gap.truth for gap in self.gaps[:number])
        return done + (self.gaps[number].before if number < len(self.gaps) else self.after)

    def items(self) -> tuple[Item, ...]:
        """The gaps as multiple choice by log-likelihood, for a model."""
        return tuple(
            Item(f"gap {number}", self.text_before(number), gap.words, gap.words.index(gap.truth))
            for number, gap in enumerate(self.gaps)
        )


@dataclass(frozen=True)
class Guess:
    """A word, and the probability that it is the one."""

    word: str
    confidence: float

    def __post_init__(self) -> None:
        if not 0 < self.confidence < 1:
            raise PretrainingError(
                f"A confidence of {self.confidence:g} cannot be scored: it must lie between 0 and 1, since whoever is "
                "certain and wrong is infinitely surprised."
            )

    def bits(self, gap: Gap) -> float:
        """−log₂ of the probability given to the true word; what is not on the guess is spread over the others."""
        if self.word == gap.truth:
            return -math.log2(self.confidence)
        return -math.log2((1 - self.confidence) / (len(gap.words) - 1))


def shares(scored: ItemScored) -> tuple[float, ...]:
    """A model's probabilities for the words of a gap, divided by their sum."""
    likelihoods = [choice.log_likelihood for choice in scored.choices]
    powers = [math.exp(each - max(likelihoods)) for each in likelihoods]
    return tuple(power / sum(powers) for power in powers)


def model_bits(scored: ItemScored) -> float:
    """−log₂ of the model's share for the true word."""
    return -math.log2(shares(scored)[scored.item.gold])


def total_bits(guesses: Sequence[Guess], passage: Passage) -> float:
    return sum(guess.bits(gap) for guess, gap in zip(guesses, passage.gaps, strict=True))


@cache
def passages() -> dict[str, Passage]:
    """The passages by name."""
    rows = json.loads((ASSETS / "lesson" / "guessing.json").read_text(encoding="utf-8"))
    return {
        row["name"]: Passage(
            row["title"],
            row["source"],
            row["note"],
            tuple(Gap(gap["before"], tuple(gap["words"]), gap["truth"]) for gap in row["gaps"]),
            row["after"],
        )
        for row in rows
    }
