"""Every question of the quiz, from its files, with the chapter it belongs to."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from functools import cache

from lib.curriculum import COURSE, Option, Question
from lib.places import ASSETS

FOLDER = ASSETS / "lesson" / "quiz"


@dataclass(frozen=True)
class QuizQuestion:
    """A question with a name that stays, so that a record of last week still fits."""

    id: str
    topic: str
    """The slug of its chapter."""
    asked: Question
    computed: str | None = None
    """The name in `numbers.py` of what its right answer says, where that is a number the app computes."""

    @property
    def right(self) -> Option:
        return next(option for option in self.asked.options if option.correct)

    def shuffled(self, seed: int) -> tuple[Option, ...]:
        """Its options in an order that the seed decides: the file has the right one first."""
        options = list(self.asked.options)
        random.Random(f"{seed} {self.id}").shuffle(options)
        return tuple(options)


@cache
def quiz() -> dict[str, QuizQuestion]:
    """Every question by its id, in the order of the course. Raises ValueError where the files are wrong."""
    found = [
        _question(row) for file in sorted(FOLDER.glob("*.json")) for row in json.loads(file.read_text(encoding="utf-8"))
    ]
    order = [slug for slugs in COURSE.values() for slug in slugs]
    by_id = {each.id: each for each in sorted(found, key=lambda each: order.index(each.topic))}
    if len(by_id) != len(found):
        raise ValueError("Two questions of the quiz have the same id")
    return by_id


def topics(group: str | None = None) -> tuple[str, ...]:
    """Slugs of the chapters that the quiz asks about, in the order of the course; of one group, or of all."""
    asked = {each.topic for each in quiz().values()}
    return tuple(slug for name, slugs in COURSE.items() if group in (None, name) for slug in slugs if slug in asked)


def groups() -> tuple[str, ...]:
    """Groups of chapters that the quiz asks about."""
    return tuple(name for name in COURSE if topics(name))


def _question(row: dict) -> QuizQuestion:
    options = tuple(Option(**option) for option in row["options"])
    return QuizQuestion(row["id"], row["topic"], Question(row["question"], options), row.get("computed"))
