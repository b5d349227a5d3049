"""The record as a JSON file that is taken home and loaded again."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from lib.lesson.own_file import read_own_file
from lib.lesson.quiz.boxes import LAST_BOX, MOST_ROUNDS, Record, Seen
from lib.lesson.quiz.errors import QuizError
from lib.lesson.quiz.questions import quiz

FORMAT = "finetuning-lab quiz 1"
EXPECTED = "it must be a file that “Save my quiz” made"
UNREADABLE = (AttributeError, KeyError, TypeError, ValueError)
"""What reading raises where a part of a file is missing or changed."""


@dataclass(frozen=True)
class Loaded:
    """What a file holds, and how many of its questions this quiz does not have."""

    record: Record
    left_out: int


def to_file(record: Record) -> dict[str, Any]:
    """What `json.dumps` takes. A round that is not over is left out; its answers are not."""
    return {
        "format": FORMAT,
        "rounds": record.rounds,
        "questions": {id: asdict(seen) for id, seen in record.seen.items()},
    }


def from_file(content: bytes, name: str) -> Loaded:
    """Raises QuizError, naming what is wrong."""
    read = read_own_file(content, name, format=FORMAT, holds="quiz", expected=EXPECTED, error=QuizError)
    try:
        return from_object(read)
    except UNREADABLE:
        raise QuizError(f"“{name}” cannot be read, since a part of it is missing or changed; {EXPECTED}.") from None


def from_object(read: dict[str, Any]) -> Loaded:
    """The same from what `to_file` gave, inside of another file. Raises one of UNREADABLE."""
    rounds = _whole(read["rounds"], 0, MOST_ROUNDS)
    questions = {id: _seen(each, rounds) for id, each in read["questions"].items()}
    known = {id: each for id, each in questions.items() if id in quiz()}
    return Loaded(Record(rounds, known), len(questions) - len(known))


def _seen(given: dict[str, Any], rounds: int) -> Seen:
    right, wrong = (_whole(given[name], 0, rounds) for name in ("right", "wrong"))
    if not isinstance(given["last_right"], bool) or not 1 <= right + wrong <= rounds:
        raise ValueError("answers that cannot have been given")
    box, last = _whole(given["box"], 1, LAST_BOX), _whole(given["round"], 1, rounds)
    if (box > 1) is not given["last_right"]:
        raise ValueError("a box that does not follow from the last answer")
    return Seen(box, last, right, wrong, given["last_right"])


def _whole(given: Any, least: int, most: int) -> int:
    if type(given) is not int or not least <= given <= most:
        raise ValueError("no whole number in its range")
    return given
