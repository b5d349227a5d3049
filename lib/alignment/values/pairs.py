"""Pairs of answers, and which of the two each value prefers. No torch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from lib.alignment.errors import AlignmentError
from lib.alignment.preferences import Agreement, cohen
from lib.places import ASSETS

FILE = ASSETS / "alignment" / "values.json"
VALUES = ("helpful", "honest", "harmless")
FIRST, SAME, SECOND = -1, 0, 1
"""Which answer a value prefers; signs, so that weights can be summed over them."""
OWN = "own"
"""The id of a pair of the student's own."""
MOST_CHARACTERS = 400
SIDES = {"first": FIRST, "same": SAME, "second": SECOND}


@dataclass(frozen=True)
class Judged:
    """Which of two answers is the more helpful, honest, harmless one: FIRST, SAME or SECOND."""

    helpful: int
    honest: int
    harmless: int

    def __post_init__(self) -> None:
        for value in VALUES:
            if self.of(value) not in SIDES.values():
                raise AlignmentError(
                    f"“{value}” must be judged -1 (first), 0 (same) or 1 (second), not {self.of(value)}"
                )

    def of(self, value: str) -> int:
        return getattr(self, value)

    @property
    def contested(self) -> bool:
        """Whether one value prefers the first answer and another the second."""
        return {FIRST, SECOND} <= {self.of(value) for value in VALUES}

    @property
    def undecided(self) -> bool:
        """Whether no value sees a difference, so that no weights can."""
        return not any(self.of(value) for value in VALUES)


@dataclass(frozen=True)
class Reply:
    name: str
    """What it does, in two or three words."""
    text: str


@dataclass(frozen=True)
class ValuePair:
    """Two answers to a prompt, as the course judges them, with a reason for each value; one's own without."""

    id: str
    title: str
    prompt: str
    answers: tuple[Reply, Reply]
    judged: Judged | None
    why: Mapping[str, str]


@dataclass(frozen=True)
class Person:
    """Somebody else's weights."""

    name: str
    weights: Mapping[str, float]


@cache
def value_pairs() -> tuple[ValuePair, ...]:
    """The pairs in `assets/alignment/values.json`."""
    return tuple(
        ValuePair(
            row["id"],
            row["title"],
            row["prompt"],
            tuple(Reply(**each) for each in row["answers"]),
            Judged(**{value: SIDES[row["judged"][value]] for value in VALUES}),
            row["why"],
        )
        for row in _pairs_file()["pairs"]
    )


def own_pair(prompt: str, first: str, second: str) -> ValuePair:
    """A pair of the student's own, which the course does not judge. Raises AlignmentError naming what is missing."""
    told = {"What is asked": prompt, "The first answer": first, "The second answer": second}
    cleaned = {name: " ".join(text.split()) for name, text in told.items()}
    for name, text in cleaned.items():
        if not text:
            raise AlignmentError(f"{name} is empty; a pair is a question and two answers to it")
        if len(text) > MOST_CHARACTERS:
            raise AlignmentError(f"{name} has {len(text):,} characters; up to {MOST_CHARACTERS} are taken")
    asked, one, other = cleaned.values()
    if one.casefold() == other.casefold():
        raise AlignmentError("Both answers are the same; write two between which somebody could choose")
    return ValuePair(OWN, "Yours", asked, (Reply("first answer", one), Reply("second answer", other)), None, {})


@cache
def people() -> tuple[Person, ...]:
    """Others whose weights are shown beside one's own."""
    return tuple(Person(**row) for row in _pairs_file()["people"])


def agreement_with_course(mine: Mapping[str, Judged]) -> Agreement:
    """One's own judgements, by pair, with the course's: each value of each pair counts once.

    Raises AlignmentError where nothing has been judged.
    """
    both = [
        (str(mine[pair.id].of(value)), str(pair.judged.of(value)))
        for pair in value_pairs()
        if pair.id in mine
        for value in VALUES
    ]
    return cohen(both)


@cache
def _pairs_file() -> dict:
    return json.loads(FILE.read_text(encoding="utf-8"))
