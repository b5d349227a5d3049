"""What goes on a chapter's page: as much of each part as leaves it one page long."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lib.curriculum import Chapter, Question, SlideFact, chapter
from lib.lesson.progress.record import Answered, Progress, Told, first_and_last, prediction_key, question_key
from lib.lesson.progress.standing import is_right
from lib.lesson.summary.document import chapter_document
from lib.lesson.summary.fitting import HEADING, LETTERS, PAGE, beside, lines, row_lines, within

SENTENCES, SETTINGS, CELL = 8, 14, 34
"""Sentences and settings at most, and characters of a cell."""
LEFT_OUT = 1.0
"""The line that says what of a table is not on the page."""
FOOTER = 4.0
"""Lines of the link at the end: one to a page with many settings is long."""


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
    offered: tuple[int, int]
    """Rows and columns of the file that the page offers; zeros where that is not known."""
    facts: tuple[SlideFact, ...]
    prediction: Checked | None
    questions: tuple[Checked, ...]
    words: tuple[Word, ...]

    @property
    def left_out(self) -> str:
        """What of the page's file is not in the table, in words; nothing where all of it is."""
        rows, columns = self.offered
        shown = len(self.table) - 1
        parts = []
        if rows > shown > 0:
            parts.append(f"{shown} of {rows:,} rows" + (", the first and the last ones" if shown > 1 else ""))
        if self.table and columns > len(self.table[0]):
            parts.append(f"{len(self.table[0])} of {columns} columns")
        return f"{'; '.join(parts)}. All of it is in the page’s CSV file." if parts else ""

    def to_html(self, link: str) -> str:
        """The page as a file; `link` opens the chapter as it is now."""
        return chapter_document(self, link)


def chapter_summary(slug: str, progress: Progress, words: Iterable[Word] = ()) -> ChapterSummary:
    """As much of each part as leaves the page one page long. First comes what the student said and was told, then the
    numbers and the settings, then what the chapter holds for everybody."""
    told = progress.told.get(slug, Told())
    of = chapter(slug)
    prediction = _checked(of.predict, progress.answers.get(prediction_key(slug)), first=True) if of.predict else None
    questions = tuple(
        _checked(each, progress.answers.get(question_key(slug, number)))
        for number, each in enumerate(of.questions, start=1)
    )
    left = PAGE - _lines_of_all(of, prediction, questions)
    sentences = within(told.sentences[:SENTENCES], left, lines)
    left -= sum(map(lines, sentences))
    table = _table_within(tuple(tuple(map(short, row)) for row in told.table), left - HEADING - LEFT_OUT)
    left -= sum(map(row_lines, table)) + HEADING + LEFT_OUT if table else 0
    settings = _settings_within(told.settings, left - HEADING)
    left -= lines(_one_line(settings)) + HEADING if settings else 0
    facts = within(of.slides, left - HEADING, lambda each: beside(each.slide, each.fact))
    left -= sum(beside(each.slide, each.fact) for each in facts) + HEADING if facts else 0
    return ChapterSummary(
        chapter=of,
        settings=settings,
        sentences=sentences,
        table=table,
        offered=told.offered,
        facts=facts,
        prediction=prediction,
        questions=questions,
        words=within(tuple(words), left - HEADING - 1, _share_of_lines),
    )


def _lines_of_all(of: Chapter, prediction: Checked | None, questions: Iterable[Checked]) -> float:
    """Lines of what every page of this chapter has: title, goals, prediction and questions, and the link at its end."""
    asked = sum(lines(f"{each.question} {each.given or ''} {each.answer}     ") + 0.2 for each in questions)
    predicted = 0.0
    if prediction:
        predicted = HEADING + lines(prediction.question) + lines(f"{prediction.given} {prediction.answer}")
    return 4 + lines("; ".join(of.goals)) + predicted + 2 * HEADING + asked + FOOTER


def _share_of_lines(word: Word) -> float:
    """Words stand one after the other in one paragraph."""
    return (len(word.term) + len(word.definition) + 3) / LETTERS


def _table_within(table: tuple[tuple[str, ...], ...], most: float) -> tuple[tuple[str, ...], ...]:
    """Its header, and as many of the first and last rows as fit; nothing where no row does."""
    header, rows = table[:1], table[1:]
    while rows and sum(map(row_lines, (*header, *rows))) > most:
        rows = tuple(first_and_last(rows, len(rows) - 1))
    return (*header, *rows) if rows else ()


def _settings_within(given: Iterable[tuple[str, str]], most: float) -> tuple[tuple[str, str], ...]:
    settings = tuple((short(label), short(value)) for label, value in given if value)[:SETTINGS]
    while settings and lines(_one_line(settings)) > most:
        settings = settings[:-1]
    return settings


def _one_line(settings: Iterable[tuple[str, str]]) -> str:
    return " · ".join(f"{label} {value}" for label, value in settings)


def short(text: str) -> str:
    return text if len(text) <= CELL else text[: CELL - 1] + "…"


def _checked(question: Question, answered: Answered | None, *, first: bool = False) -> Checked:
    given = (answered.first if first else answered.last) if answered else None
    right = next(option.text for option in question.options if option.correct)
    return Checked(question.question, given, given is not None and is_right(question, given), right)
