"""What a room is to a page. No SQLAlchemy here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

ROOM_LIVES_S = 24 * 3600
MOST_MEMBERS = 500
LONGEST_TEXT = 280
LARGEST_NUMBER = 2**31 - 1
"""That a database keeps of what it numbers."""


class Stage(StrEnum):
    """Where a question stands. Answers are taken while it is open."""

    VOTING = "voting"
    ARGUING = "arguing"
    VOTING_AGAIN = "voting again"
    SHOWN = "shown"
    PUT_AWAY = "put away"

    @property
    def is_open(self) -> bool:
        return self in (Stage.VOTING, Stage.VOTING_AGAIN)

    @property
    def round(self) -> int:
        """Which vote an answer given now belongs to: 1 or 2."""
        return 2 if self is Stage.VOTING_AGAIN else 1


@dataclass(frozen=True)
class Room:
    code: str
    opened_at_s: float
    ends_at_s: float
    members: int


@dataclass(frozen=True)
class RoomsNow:
    """All rooms together, as their server's operator sees them: how many, never which."""

    living: int
    """Rooms whose day is not over."""
    members: int
    """Students in them."""
    voting: int
    """Rooms with a question that takes answers just now."""


@dataclass(frozen=True)
class Member:
    """A student in a room, by number; the browser's token is not in it."""

    number: int
    name: str


@dataclass(frozen=True)
class Choice:
    text: str
    correct: bool
    why: str


@dataclass(frozen=True)
class Asked:
    """A question that was put to the room. One without choices is answered in the student's own words."""

    number: int
    slug: str
    part: str
    question: str
    choices: tuple[Choice, ...]
    stage: Stage
    voted_again: bool

    @property
    def in_words(self) -> bool:
        return not self.choices

    @property
    def right(self) -> int | None:
        """The choice that is right; None where none is, since a setting is chosen or words are asked for."""
        return next((number for number, choice in enumerate(self.choices) if choice.correct), None)


@dataclass(frozen=True)
class Flow:
    """How many students went from one choice to another between the votes; None is no answer in that vote."""

    before: int | None
    after: int | None
    students: int


@dataclass(frozen=True)
class Turnout:
    """How many students of a room have answered, and how many there are."""

    answered: int
    students: int

    @property
    def share(self) -> float:
        return self.answered / self.students if self.students else 0.0


@dataclass(frozen=True)
class Tally:
    """The room's answers to one question: for each choice the number of students, in the first and the second vote."""

    first: tuple[int, ...]
    second: tuple[int, ...]
    flows: tuple[Flow, ...]

    @property
    def last(self) -> tuple[int, ...]:
        """The second vote where there was one, else the first."""
        return self.second if sum(self.second) else self.first

    @property
    def second_alone(self) -> Tally:
        """The second vote as the only one: of a round in which the first is no answer to the question."""
        return Tally(self.second, (0,) * len(self.second), ())

    @property
    def majority(self) -> int | None:
        """The choice with most students in the last vote; None without answers or where two are level."""
        return self.most_chosen[0] if len(self.most_chosen) == 1 else None

    @property
    def most_chosen(self) -> tuple[int, ...]:
        """The choices with most students in the last vote: several where they are level, none without answers."""
        most = max(self.last, default=0)
        return tuple(number for number, students in enumerate(self.last) if most and students == most)

    @property
    def changed(self) -> int:
        """Students who answered twice, and differently."""
        return sum(each.students for each in self.flows if None not in (each.before, each.after, *_same(each)))

    @property
    def answered_both(self) -> int:
        return sum(each.students for each in self.flows if None not in (each.before, each.after))


def _same(flow: Flow) -> tuple[None, ...]:
    return (None,) if flow.before == flow.after else ()


@dataclass(frozen=True)
class Words:
    """A student's own words; the room sees them once the instructor has let them through."""

    number: int
    text: str
    let_through: bool


@dataclass(frozen=True)
class Score:
    """Right answers out of the questions that were shown. How fast an answer came does not count."""

    right: int
    shown: int


def name_of_run(code: str, number: int) -> str:
    """What a run for a room's question carries, so that no page takes the run of another question for its own."""
    return f"{code} {number}"
