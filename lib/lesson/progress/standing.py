"""How far each chapter is, and the course; which chapter is next."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from lib.curriculum import LOOKED_UP, Chapter, Question, chapters
from lib.lesson.progress.record import Answered, Progress, prediction_key, question_key


class State(Enum):
    NEW = "not opened yet"
    STARTED = "started"
    DONE = "done"


@dataclass(frozen=True)
class Standing:
    """One chapter: done once every question of its check-yourself stands answered rightly."""

    chapter: Chapter
    opened: bool
    prediction: bool | None
    """Whether the first prediction was right; None where none was made or none is asked for."""
    answered: int
    right: int
    """Questions whose answer stands and is right."""
    right_at_first: int

    @property
    def questions(self) -> int:
        return len(self.chapter.questions)

    @property
    def state(self) -> State:
        if self.questions and self.right == self.questions:
            return State.DONE
        return State.STARTED if self.opened or self.answered else State.NEW


@dataclass(frozen=True)
class CourseStanding:
    """Every chapter that can be done, in the order of the course, and the one to go on with."""

    chapters: tuple[Standing, ...]
    next: Chapter | None
    """None once every chapter is done."""

    def count(self, state: State) -> int:
        return sum(each.state is state for each in self.chapters)

    @property
    def right(self) -> int:
        return sum(each.right for each in self.chapters)

    @property
    def questions(self) -> int:
        return sum(each.questions for each in self.chapters)

    @property
    def predicted(self) -> int:
        return sum(each.prediction is not None for each in self.chapters)

    @property
    def predicted_rightly(self) -> int:
        return sum(each.prediction is True for each in self.chapters)


def course_standing(progress: Progress) -> CourseStanding:
    opened = frozenset(progress.opened)
    standings = tuple(_standing(each, progress, opened) for each in chapters() if each.slug not in LOOKED_UP)
    return CourseStanding(standings, _next(standings, progress))


def is_right(question: Question, option: str) -> bool:
    return any(each.correct and each.text == option for each in question.options)


def _standing(words: Chapter, progress: Progress, opened: frozenset[str]) -> Standing:
    guess = progress.answers.get(prediction_key(words.slug)) if words.predict else None
    given: list[tuple[Question, Answered]] = [
        (question, answered)
        for number, question in enumerate(words.questions, start=1)
        if (answered := progress.answers.get(question_key(words.slug, number)))
    ]
    return Standing(
        chapter=words,
        opened=words.slug in opened,
        prediction=is_right(words.predict, guess.first) if guess else None,
        answered=len(given),
        right=sum(is_right(question, answered.last) for question, answered in given),
        right_at_first=sum(is_right(question, answered.first) for question, answered in given),
    )


def _next(standings: tuple[Standing, ...], progress: Progress) -> Chapter | None:
    """The chapter opened last if it is not done, else the first after it that is not, and so round to the start."""
    slugs = [each.chapter.slug for each in standings]
    last = next((slugs.index(slug) for slug in reversed(progress.opened) if slug in slugs), 0)
    ahead = (*standings[last:], *standings[:last])
    return next((each.chapter for each in ahead if each.state is not State.DONE), None)
