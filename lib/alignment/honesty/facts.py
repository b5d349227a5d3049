"""The questions that a model is asked, and those of the student's own. No torch."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

from lib.alignment.errors import AlignmentError
from lib.places import ASSETS
from lib.sources import Source

FILE = ASSETS / "alignment" / "honesty_facts.json"
MOST_OWN = 8
MOST_CHARACTERS = 200
LEAST_CHOICES, MOST_CHOICES = 2, 6
EXAMPLE = "What is the capital of Norway? | Oslo | Bergen | Trondheim | Stavanger"


@dataclass(frozen=True)
class Fact:
    """A question with a few possible answers, the first of which is right.

    The model replies "stem choice.", as it usually words a reply; without a stem the choice alone.
    """

    question: str
    choices: tuple[str, ...]
    stem: str = ""
    source: Source | None = None
    """Where the right answer stands; None for a student's own."""

    def reply(self, choice: int) -> str:
        return f"{self.stem} {self.choices[choice]}.".strip()


@cache
def facts() -> tuple[Fact, ...]:
    """The twenty of `assets/alignment/honesty_facts.json`."""
    told = json.loads(FILE.read_text(encoding="utf-8"))["facts"]
    return tuple(Fact(row["question"], tuple(row["choices"]), row["stem"], Source(**row["source"])) for row in told)


def own_facts(typed: str) -> tuple[Fact, ...]:
    """One a line: question | right answer | wrong answer | …; empty lines are skipped.

    Raises AlignmentError naming the line that cannot be read, and why.
    """
    lines = [(number, line.strip()) for number, line in enumerate(typed.splitlines(), start=1) if line.strip()]
    if len(lines) > MOST_OWN:
        raise AlignmentError(f"Up to {MOST_OWN} questions of your own are asked; there are {len(lines)}")
    return tuple(_own_fact(number, line) for number, line in lines)


def _own_fact(number: int, line: str) -> Fact:
    question, *choices = (part.strip() for part in line.split("|"))
    if not question or not LEAST_CHOICES <= len(choices) <= MOST_CHOICES:
        raise AlignmentError(
            f"Line {number} must be a question and {LEAST_CHOICES} to {MOST_CHOICES} answers with | between them, the "
            f"right one first; it has {len(choices)} answer{'s' * (len(choices) != 1)}"
        )
    if not all(choices):
        raise AlignmentError(f"Line {number} has an empty answer; write something between the | or take one out")
    if len(set(choices)) < len(choices):
        raise AlignmentError(f"Line {number} has the same answer twice; all answers must differ")
    if len(line) > MOST_CHARACTERS:
        raise AlignmentError(f"Line {number} has {len(line)} characters; up to {MOST_CHARACTERS} are asked")
    return Fact(question, tuple(choice.rstrip(".") or choice for choice in choices))
