"""What goes on a chapter's page: as much of each part as leaves it one page long."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from lib.curriculum import Chapter, Question, SlideFact, chapter
from lib.lesson.progress.record import Answered, Progress, Told, prediction_key, question_key
from lib.lesson.progress.standing import is_right
from lib.lesson.summary.document import chapter_document, course_document

T = TypeVar("T")
SENTENCES, FACTS, WORDS = 1_900, 900, 600
"""Characters of each part at most: together with the questions they fill an A4 page in 9 point type."""
SETTINGS, CELL = 14, 34


@dataclass(frozen=True)
class Checked:
    """A question and what the student said to it."""

    question: str
    given: str | None
    """The answer that counts; None where there is none."""
    right: bool
    answer: str
    """The right one."""


@dataclass(frozen=True)
class Word:
    term: str
    definition: str


@dataclass(frozen=True)
class ChapterSummary:
    """Everything on a chapter's page."""

    chapter: Chapter
    settings: tuple[tuple[str, str], ...]
    sentences: tuple[str, ...]
    table: tuple[tuple[str, ...], ...]
    facts: tuple[SlideFact, ...]
    prediction: Checked | None
    questions: tuple[Checked, ...]
    words: tuple[Word, ...]

    def to_html(self, link: str) -> str:
        """The page as a file; `link` opens the chapter as it is now."""
        return chapter_document(self, link)


def chapter_summary(slug: str, progress: Progress, words: Iterable[Word] = ()) -> ChapterSummary:
    told = progress.told.get(slug, Told())
    of = chapter(slug)
    return ChapterSummary(
        chapter=of,
        settings=tuple((short(label), short(value)) for label, value in told.settings[:SETTINGS] if value),
        sentences=within(told.sentences, SENTENCES, len),
        table=tuple(tuple(map(short, row)) for row in told.table),
        facts=within(of.slides, FACTS, lambda each: len(each.slide) + len(each.fact)),
        prediction=_checked(of.predict, progress.answers.get(prediction_key(slug)), first=True) if of.predict else None,
        questions=tuple(
            _checked(each, progress.answers.get(question_key(slug, number)))
            for number, each in enumerate(of.questions, start=1)
        ),
        words=within(tuple(words), WORDS, lambda each: len(each.term) + len(each.definition)),
    )


def course_html(progress: Progress) -> str:
    """The whole course: what was opened, predicted and answered, and a sentence of each chapter."""
    return course_document(progress)


def short(text: str) -> str:
    return text if len(text) <= CELL else text[: CELL - 1] + "…"


def within(parts: tuple[T, ...], most: int, length: Callable[[T], int]) -> tuple[T, ...]:
    """The parts that fit, in their order: one that is too long is passed over, a shorter one after it may do."""
    taken, left = [], most
    for each in parts:
        if length(each) <= left:
            taken.append(each)
            left -= length(each)
    return tuple(taken)


def _checked(question: Question, answered: Answered | None, *, first: bool = False) -> Checked:
    given = (answered.first if first else answered.last) if answered else None
    right = next(option.text for option in question.options if option.correct)
    return Checked(question.question, given, given is not None and is_right(question, given), right)
