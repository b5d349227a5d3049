"""How each chapter stands, and what to revisit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lib.curriculum import COURSE
from lib.lesson.quiz.boxes import LAST_BOX, Record
from lib.lesson.quiz.questions import quiz, topics


@dataclass(frozen=True)
class TopicStanding:
    """The quiz's questions about one chapter, or about a group of them; each counted by its last answer."""

    name: str
    """A slug, or the name of a group."""
    questions: int
    answered: int
    right: int
    in_last_box: int

    @property
    def wrong(self) -> int:
        return self.answered - self.right

    @property
    def not_asked(self) -> int:
        return self.questions - self.answered


def by_chapter(record: Record) -> dict[str, TopicStanding]:
    """By slug, in the order of the course: how many questions there are, were answered, and stand answered rightly."""
    return {slug: _standing(slug, (slug,), record) for slug in topics()}


def by_group(record: Record) -> tuple[TopicStanding, ...]:
    """The same for each group of chapters."""
    return tuple(_standing(group, slugs, record) for group in COURSE if (slugs := topics(group)))


def whole(record: Record) -> TopicStanding:
    return _standing("The whole course", topics(), record)


def to_revisit(record: Record) -> tuple[TopicStanding, ...]:
    """Chapters with a question that stands answered wrongly, the most wrong first."""
    wrong = [each for each in by_chapter(record).values() if each.wrong]
    return tuple(sorted(wrong, key=lambda each: (-each.wrong, each.right)))


def due_next(record: Record) -> int:
    """Questions that are due in the round to come."""
    return sum(seen.due <= record.rounds + 1 for id, seen in record.seen.items() if id in quiz())


def _standing(name: str, slugs: Iterable[str], record: Record) -> TopicStanding:
    of_it = [each.id for each in quiz().values() if each.topic in set(slugs)]
    seen = [record.seen[id] for id in of_it if id in record.seen]
    return TopicStanding(
        name, len(of_it), len(seen), sum(each.last_right for each in seen), sum(each.box == LAST_BOX for each in seen)
    )


def rows_of(record: Record) -> list[dict[str, str | int]]:
    """One row a chapter, for a table or a file."""
    return [
        {
            "chapter": each.name,
            "questions": each.questions,
            "answered": each.answered,
            "right": each.right,
            "in last box": each.in_last_box,
        }
        for each in by_chapter(record).values()
    ]
