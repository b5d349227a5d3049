"""The path from a reason for training one's own model to an end, by a few questions. No torch."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from lib.lesson.ways.errors import WaysError
from lib.places import ASSETS

FILE = ASSETS / "lesson" / "which_way.json"
ANSWERS = ("yes", "no")


@dataclass(frozen=True)
class End:
    """Where a path ends."""

    end: str
    """A key of `ends()`."""
    why: str
    against: str
    """What speaks against it."""


@dataclass(frozen=True)
class Fork:
    """A question with two ways on."""

    question: str
    yes: Fork | End
    no: Fork | End


@dataclass(frozen=True)
class Reason:
    """One of the lecture's eight reasons."""

    name: str
    title: str
    path: Fork


@dataclass(frozen=True)
class Walk:
    """A path as far as it has been answered."""

    questions: tuple[str, ...]
    """Those that have been reached; the last may still be open."""
    end: End | None


def walk(reason: Reason, answers: Sequence[str | None]) -> Walk:
    """Follow `answers` ("yes" or "no"; None stops there). Raises WaysError for any other answer."""
    at: Fork | End = reason.path
    questions: list[str] = []
    for answer in (*answers, None):
        if isinstance(at, End):
            break
        questions.append(at.question)
        if answer is None:
            return Walk(tuple(questions), None)
        if answer not in ANSWERS:
            raise WaysError(f"“{answer[:40]}” is no answer to this question; say yes or no.")
        at = getattr(at, answer)
    return Walk(tuple(questions), at if isinstance(at, End) else None)


def every_end(at: Fork | End) -> Iterator[End]:
    """All ends that a path can have."""
    if isinstance(at, End):
        yield at
    else:
        yield from every_end(at.yes)
        yield from every_end(at.no)


@cache
def reasons() -> dict[str, Reason]:
    """The eight reasons by name, in the lecture's order."""
    return {row["name"]: Reason(row["name"], row["title"], _node(row["path"])) for row in _reasons_file()["reasons"]}


def ends() -> dict[str, str]:
    """What each end is called."""
    return _reasons_file()["ends"]


def _node(row: dict) -> Fork | End:
    if "end" in row:
        return End(**row)
    return Fork(row["question"], _node(row["yes"]), _node(row["no"]))


@cache
def _reasons_file() -> dict:
    return json.loads(FILE.read_text(encoding="utf-8"))
