"""The record as a JSON file that is taken home and loaded again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lib.curriculum import chapters
from lib.lesson.cases.stories import cases
from lib.lesson.own_file import read_own_file
from lib.lesson.progress.errors import ProgressError
from lib.lesson.progress.record import (
    MOST_CHARACTERS,
    MOST_COLUMNS,
    MOST_ROWS,
    MOST_SENTENCES,
    MOST_SETTINGS,
    Answered,
    Progress,
    Told,
    questions_by_key,
)
from lib.lesson.quiz import file as quiz_file
from lib.lesson.quiz.boxes import Record

FORMAT = "finetuning-lab progress 1"
EXPECTED = "it must be a file that “Save my progress” made"


@dataclass(frozen=True)
class Kept:
    """All that goes into the file: the chapters, the quiz, and the decisions about the cases."""

    progress: Progress = field(default_factory=Progress)
    quiz: Record = field(default_factory=Record)
    decided: Mapping[str, str] = field(default_factory=dict)
    """The text of the option chosen, by the case's id."""

    @property
    def empty(self) -> bool:
        return self.progress.empty and self.quiz.empty and not self.decided


@dataclass(frozen=True)
class Loaded:
    """What a file holds of this course, and how much it holds of chapters and questions that the course lacks."""

    kept: Kept
    left_out: int

    @property
    def progress(self) -> Progress:
        return self.kept.progress


def to_file(kept: Kept) -> dict[str, Any]:
    """What `json.dumps` takes. A round of the quiz that is not over is left out; its answers are not."""
    progress = kept.progress
    return {
        "format": FORMAT,
        "opened": list(progress.opened),
        "answers": {key: {"first": each.first, "last": each.last} for key, each in progress.answers.items()},
        "told": {
            slug: {
                "settings": [list(pair) for pair in each.settings],
                "sentences": list(each.sentences),
                "table": [list(row) for row in each.table],
                "offered": list(each.offered),
            }
            for slug, each in progress.told.items()
        },
        "quiz": quiz_file.to_file(kept.quiz),
        "cases": dict(kept.decided),
    }


def from_file(content: bytes, name: str) -> Loaded:
    """Raises ProgressError, naming what is wrong. A file from before the quiz and the cases were kept has neither."""
    read = read_own_file(content, name, format=FORMAT, holds="progress", expected=EXPECTED, error=ProgressError)
    try:
        opened, answers, told = read["opened"], read["answers"], read["told"]
        slugs = {each.slug for each in chapters()}
        known = {key: question for slug in slugs for key, question in questions_by_key(slug).items()}
        record = Progress(
            tuple(dict.fromkeys(slug for slug in _texts(opened) if slug in slugs)),
            {key: found for key, each in answers.items() if (found := _answered(each, known.get(key)))},
            {slug: _told_of_chapter(each) for slug, each in told.items() if slug in slugs},
        )
        quiz = quiz_file.from_object(read["quiz"]) if "quiz" in read else quiz_file.Loaded(Record(), 0)
        decided = {id: text for id, text in read.get("cases", {}).items() if _is_option(id, text)}
        left = quiz.left_out + len(read.get("cases", {})) - len(decided)
    except quiz_file.UNREADABLE:
        raise ProgressError(f"“{name}” cannot be read, since a part of it is missing or changed; {EXPECTED}.") from None
    left += len(set(opened) - slugs) + len(answers) - len(record.answers) + len(told) - len(record.told)
    return Loaded(Kept(record, quiz.record, decided), left)


def _is_option(case: str, text: str) -> bool:
    return case in cases() and any(option.text == text for option in cases()[case].asked.options)


def _answered(given: dict[str, Any], question: Any) -> Answered | None:
    """None where the course no longer asks this, or no longer offers one of these answers."""
    first, last = _texts([given["first"], given["last"]])
    offered = {option.text for option in question.options} if question else set()
    return Answered(first, last) if {first, last} <= offered else None


def _told_of_chapter(given: dict[str, Any]) -> Told:
    settings, sentences = given["settings"], _texts(given["sentences"])
    pairs = tuple((label, value) for label, value in map(_texts, settings))
    if not isinstance(settings, list) or len(pairs) > MOST_SETTINGS or len(sentences) > MOST_SENTENCES:
        raise ValueError("no list, or more than a page keeps")
    table = tuple(map(_texts, given["table"]))
    if len(table) > MOST_ROWS + 1 or len({len(row) for row in table}) > 1 or any(len(r) > MOST_COLUMNS for r in table):
        raise ValueError("no table, or larger than a page keeps")
    rows, columns = given.get("offered", (0, 0))  # a file from before they were counted does not say
    if not all(type(each) is int and 0 <= each < 10**9 for each in (rows, columns)):
        raise ValueError("no numbers of rows and columns")
    return Told(pairs, sentences, table, (rows, columns))


def _texts(given: Any) -> tuple[str, ...]:
    if not isinstance(given, list) or not all(isinstance(each, str) and len(each) <= MOST_CHARACTERS for each in given):
        raise ValueError("not a list of texts")
    return tuple(given)
