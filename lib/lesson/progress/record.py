"""What was opened, answered and told: one frozen record, in the order in which it happened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, TypeVar

from lib.curriculum import Question, chapter
from lib.units import format_power

T = TypeVar("T")
MOST_SETTINGS, MOST_SENTENCES, MOST_CHARACTERS = 24, 8, 700
MOST_ROWS, MOST_COLUMNS = 6, 6
"""What is kept of a page: a summary is one page long, and a thousand browsers are remembered."""


def prediction_key(slug: str) -> str:
    """The name of a chapter's prediction, on the page and in the record."""
    return f"predict_{slug}"


def question_key(slug: str, number: int) -> str:
    """The name of the question `number`, from 1, of a chapter's check-yourself."""
    return f"check_{slug}_{number}"


def questions_by_key(slug: str) -> dict[str, Question]:
    """A chapter's prediction and questions under the names that the record knows them by."""
    words = chapter(slug)
    asked = {prediction_key(slug): words.predict} if words.predict else {}
    return asked | {question_key(slug, number): each for number, each in enumerate(words.questions, start=1)}


@dataclass(frozen=True)
class Answered:
    """The option that was chosen first, and the one that stands now."""

    first: str
    last: str


@dataclass(frozen=True)
class Told:
    """What a page said last of the student's own numbers, in plain text, and the settings that it said it of."""

    settings: tuple[tuple[str, str], ...] = ()
    """Label and value of each control."""
    sentences: tuple[str, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()
    """A header, and the first and last rows of what the page offers as a file; empty, or all of one length."""
    offered: tuple[int, int] = (0, 0)
    """Rows and columns of that file, of which the table has `MOST_ROWS` and `MOST_COLUMNS` at most; zeros where that is
    not known."""

    @property
    def rows(self) -> tuple[dict[str, str], ...]:
        return tuple(dict(zip(self.table[0], row, strict=True)) for row in self.table[1:])

    @classmethod
    def shortened(
        cls,
        settings: Iterable[tuple[str, str]],
        sentences: Iterable[str],
        rows: Sequence[Mapping[str, Any]] = (),
        offered: tuple[int, int] | None = None,
    ) -> Told:
        """With as much of each as is kept. `offered` is for rows that were shortened before."""
        names = list(rows[0])[:MOST_COLUMNS] if rows else []
        cells = [[_shown(row.get(name)) for name in names] for row in first_and_last(rows, MOST_ROWS)]
        return cls(
            tuple((_cut(label), _cut(value)) for label, value in islice(settings, MOST_SETTINGS)),
            tuple(map(_cut, islice(sentences, MOST_SENTENCES))),
            tuple(tuple(map(_cut, row)) for row in [list(map(str, names)), *cells]) if names else (),
            size_of(rows) if offered is None else offered,
        )


@dataclass(frozen=True)
class Progress:
    """What one student has done. Whether an answer is right is not in it: that is looked up in the course."""

    opened: tuple[str, ...] = ()
    """Slugs of the chapters, the one opened last at the end."""
    answers: Mapping[str, Answered] = field(default_factory=dict)
    """By `prediction_key` or `question_key`."""
    told: Mapping[str, Told] = field(default_factory=dict)
    """By slug."""

    def with_opened(self, slug: str) -> Progress:
        if self.opened[-1:] == (slug,):
            return self
        return replace(self, opened=(*(each for each in self.opened if each != slug), slug))

    def with_answer(self, key: str, option: str) -> Progress:
        before = self.answers.get(key)
        if before is not None and before.last == option:
            return self
        answered = Answered(before.first if before else option, option)
        return replace(self, answers={**self.answers, key: answered})

    def with_told(self, told: Mapping[str, Told]) -> Progress:
        return replace(self, told={**self.told, **told})

    def joined_to(self, older: Progress) -> Progress:
        """This record after an older one: what was answered first is the older's, what stands now is this one's."""
        answers = dict(older.answers)
        for key, mine in self.answers.items():
            answers[key] = Answered(older.answers[key].first if key in older.answers else mine.first, mine.last)
        opened = (*(slug for slug in older.opened if slug not in self.opened), *self.opened)
        return Progress(opened, answers, {**older.told, **self.told})

    @property
    def empty(self) -> bool:
        return not (self.opened or self.answers or self.told)


def size_of(rows: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
    """Rows and columns."""
    return len(rows), len(rows[0]) if rows else 0


def first_and_last(rows: Sequence[T], most: int) -> Sequence[T]:
    """At most so many of the rows, left out in the middle: a run is told by where it began and where it ended."""
    if len(rows) <= most:
        return rows
    last = most // 2
    return [*rows[: most - last], *rows[len(rows) - last :]]


def _shown(value: Any) -> str:
    """A cell as a person would write it: four digits of a fraction, thousands apart."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float) and abs(value) >= 1e15:
        return format_power(value)
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.4g}"
    return "" if value is None else str(value)


def _cut(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"
