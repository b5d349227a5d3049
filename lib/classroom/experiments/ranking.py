"""Answers ranked by the room: a prompt at a time, who agrees, and which pairs divide the class.

A ranking is a question of the part PARTS[model]. What a student gives is kept as it is read: "B > A = C > D". It may be
given twice, before and after arguing, like every vote. SQLAlchemy is imported where the database is asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lib.alignment.agreeing import Divided, OfManyJudges, divided, of_many
from lib.alignment.answers import Answer, Sampled
from lib.alignment.preferences import Ranking, course_rankings
from lib.classroom.errors import RoomError
from lib.classroom.records import Asked
from lib.models.catalogue import BUNDLED, REAL

if TYPE_CHECKING:
    from lib.classroom.storage.database import Database

CHAPTER = "rank_answers"
PARTS = {REAL: "ranking chat", BUNDLED: "ranking story"}
LETTERS = "ABCDEFGH"
NONE_GOOD = "none is good"


@dataclass(frozen=True)
class Prompted:
    """One prompt of the room's, with the last ranking of each student and the first ones of those who ranked again."""

    number: int
    """Of its question in the room."""
    sampled: Sampled
    rankings: Mapping[int, Ranking]
    """By student."""
    before: Mapping[int, Ranking]
    """The first vote of those students who ranked a second time."""

    @property
    def pairs(self) -> tuple[Divided, ...]:
        """The pair that divides the room most first."""
        return divided(tuple(self.rankings.values()))

    @property
    def agreement(self) -> OfManyJudges | None:
        """Of everybody who ranked this prompt."""
        return of_many(self.pairs)

    @property
    def argued(self) -> tuple[OfManyJudges, OfManyJudges] | None:
        """Of the students who ranked twice: before and after arguing; None with fewer than two."""
        after = {student: self.rankings[student] for student in self.before}
        both = [of_many(divided(tuple(each.values()))) for each in (self.before, after)]
        return None if None in both else (both[0], both[1])

    @property
    def changed(self) -> int:
        """Students whose second ranking says something else of at least one pair."""
        return sum(self.before[student].places != self.rankings[student].places for student in self.before)


def prompts_to_rank(model: str) -> tuple[Sampled, ...]:
    """Prompts with the answers that were sampled for the course; nobody's ranking of them."""
    return tuple(Sampled(each.prompt, each.answers) for each in course_rankings(model))


def is_ranking(asked: Asked) -> bool:
    return asked.part in PARTS.values()


def model_of(asked: Asked) -> str:
    """Whose answers are ranked."""
    return next(model for model, part in PARTS.items() if part == asked.part)


def ask_to_rank(db: Database, code: str, browser: str, model: str, prompt: int) -> Asked:
    """Put the prompt of that number (from 0) to the room."""
    from lib.classroom.questions import put_question

    ready = prompts_to_rank(model)
    if not 0 <= prompt < len(ready):
        raise RoomError(f"There is no prompt {prompt + 1}; there are {len(ready)}.")
    choices = [{"text": answer.text, "correct": False, "why": ""} for answer in ready[prompt].answers]
    return put_question(db, code, browser, CHAPTER, PARTS[model], ready[prompt].prompt, choices)


def next_prompt(asked: Sequence[Asked], model: str) -> int | None:
    """The first prompt that the room has not been asked to rank; None after the last."""
    done = {each.question for each in asked if each.part == PARTS[model]}
    return next((at for at, each in enumerate(prompts_to_rank(model)) if each.prompt not in done), None)


def give_ranking(
    db: Database,
    code: str,
    browser: str,
    asked: Asked,
    places: Sequence[int | None],
    *,
    address: str | None = None,
) -> None:
    """This browser's ranking: a place for each answer, 1 the best, equal places a tie; no places, none is good."""
    from lib.classroom.answers import answer_to_experiment

    said = notation(places, len(asked.choices))
    answer_to_experiment(db, code, browser, asked.number, asked.part, said, address=address)


def notation(places: Sequence[int | None], answers: int) -> str:
    """Places as they are kept and read: (2, 1, 2, 3) is "B > A = C > D". RoomError where a place is missing."""
    if not places:
        return NONE_GOOD
    if len(places) != answers or any(type(place) is not int or not 1 <= place <= answers for place in places):
        raise RoomError(f"Give each of the {answers} answers a place from 1 to {answers}; equal places are a tie.")
    return " > ".join(
        " = ".join(LETTERS[at] for at, place in enumerate(places) if place == each) for each in sorted(set(places))
    )


def pair_name(pair: Divided, answers: Sequence[Answer]) -> tuple[str, str]:
    """The letters of its two answers."""
    return LETTERS[answers.index(pair.first)], LETTERS[answers.index(pair.second)]


def places_of(said: str) -> tuple[int, ...]:
    """The other way round; equal places count once: "B > A = C > D" is (2, 1, 2, 3)."""
    if said == NONE_GOOD:
        return ()
    steps = [re.findall(r"[A-H]", step) for step in said.split(">")]
    found = {letter: place for place, step in enumerate(steps, start=1) for letter in step}
    return tuple(found[letter] for letter in sorted(found))


def room_s_rankings(
    db: Database, code: str, model: str, *, browser: str | None = None, number: int | None = None
) -> tuple[Prompted, ...]:
    """Every prompt that the room has ranked, or only that of question `number`, oldest first.

    To the instructor's `browser` all of them; to everybody else those that were shown.
    """
    from lib.classroom.answers import said_in_experiment
    from lib.classroom.questions import all_asked

    ready = {each.prompt: each for each in prompts_to_rank(model)}
    asked = {
        each.number: ready[each.question]
        for each in all_asked(db, code)
        if each.part == PARTS.get(model) and each.question in ready and number in (None, each.number)
    }
    said = said_in_experiment(db, code, list(asked), browser=browser)
    return tuple(_prompted(at, sampled, said[at]) for at, sampled in asked.items() if said[at])


def of_all(prompted: Sequence[Prompted]) -> OfManyJudges | None:
    """Fleiss' kappa over all prompts, of the students who have placed the answers to every one: as many judges for
    each pair, as the formula asks. None with fewer than two of them."""
    placed = [{student for student, each in one.rankings.items() if each.places} for one in prompted]
    everywhere = set.intersection(*placed) if placed else set()
    pairs = [pair for one in prompted for pair in divided([one.rankings[student] for student in sorted(everywhere)])]
    return of_many(pairs)


def _prompted(number: int, sampled: Sampled, said: Mapping[int, Mapping[int, str]]) -> Prompted:
    def ranking(words: str) -> Ranking:
        return Ranking(sampled.prompt, sampled.answers, places_of(words))

    last = {student: ranking(votes.get(2, votes.get(1, NONE_GOOD))) for student, votes in said.items()}
    before = {student: ranking(votes[1]) for student, votes in said.items() if 1 in votes and 2 in votes}
    return Prompted(number, sampled, last, before)
