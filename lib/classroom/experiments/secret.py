"""The game of the secret rule, played by a room: every second phone is told a rule and votes by it, a model is tuned on
the votes, and the other phones guess the rule from what it writes.

It is a question of the part PART whose choices are the rules; its stages are the game's: voting, then tuning (arguing),
then guessing (voting again), then the rule is shown.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from lib.alignment.answers import Answer, prompts
from lib.alignment.preferences import Pair, course_rankings
from lib.alignment.rules import RULES, SECRET, Rule, rule
from lib.alignment.secret.run import Game
from lib.classroom.errors import RoomError
from lib.classroom.records import Asked, Member, Stage
from lib.models.catalogue import BUNDLED

if TYPE_CHECKING:
    from lib.classroom.storage.database import Database

PART = "secret rule"
CHAPTER = "secret_rule"
QUESTION = "By which rule did the voters vote?"
VOTES, PROMPTS = 12, 8
LEFT, RIGHT, TIE = "L", "R", "="


@dataclass(frozen=True)
class RoomVotes:
    """What the voters said, pair by pair; the majority counts."""

    voters: int
    pairs: tuple[Pair, ...]
    """Pairs with a majority, the preferred answer first."""
    given: int
    """Votes for one of two answers."""
    by_the_rule: int
    """Of these, those that the rule would give."""

    @property
    def share_by_the_rule(self) -> float | None:
        """Of the votes for one of two answers; None where there is none."""
        return self.by_the_rule / self.given if self.given else None


def is_secret(asked: Asked) -> bool:
    return asked.part == PART


def is_voter(member: Member) -> bool:
    """Every second student votes, beginning with the first who joined; the others guess."""
    return member.number % 2 == 1


@cache
def pairs_to_vote(name: str) -> tuple[tuple[Answer, Answer], ...]:
    """Answers of the course between which the rule decides, sides drawn by its name; of each prompt the best and the
    worst by the rule, and the two between."""
    by, dice, found = rule(name), random.Random(name), []
    for ranking in course_rankings(BUNDLED):
        ordered = sorted(ranking.answers, key=lambda each: by.score(each.text), reverse=True)
        for better, worse in zip(ordered, reversed(ordered), strict=True):
            if by.score(better.text) <= by.score(worse.text):
                break
            found.append((better, worse) if dice.random() < 1 / 2 else (worse, better))
    dice.shuffle(found)
    return tuple(found[:VOTES])


def rules_to_hide() -> tuple[str, ...]:
    """Those between enough of the course's answers."""
    return tuple(name for name in SECRET if len(pairs_to_vote(name)) == VOTES)


def open_secret(db: Database, code: str, browser: str, name: str) -> Asked:
    """Begin a round by the rule `name`; the instructor's page need not say which it is."""
    from lib.classroom.questions import put_question

    if name not in rules_to_hide():
        raise RoomError(f"This rule cannot be hidden; choose one of {', '.join(rules_to_hide())}.")
    choices = [
        {"text": f"It prefers answers {RULES[each].title}", "correct": each == name, "why": ""}
        for each in rules_to_hide()
    ]
    return put_question(db, code, browser, CHAPTER, PART, QUESTION, choices)


def rule_of(asked: Asked) -> Rule:
    """The rule of a round; not for a guesser's page before it is shown."""
    return RULES[rules_to_hide()[asked.right]]


def cast_votes(
    db: Database, code: str, browser: str, asked: Asked, votes: Sequence[str | None], *, address: str | None = None
) -> None:
    """This browser's vote on every pair: LEFT, RIGHT or TIE. RoomError where one is missing or is not its to give."""
    from lib.classroom.answers import answer_to_experiment
    from lib.classroom.members import member

    if len(votes) != VOTES or any(each not in (LEFT, RIGHT, TIE) for each in votes):
        raise RoomError(f"Vote on all {VOTES} pairs: 1, 2, or no difference.")
    if asked.stage is not Stage.VOTING:
        raise RoomError("The votes of this round are closed.")
    here = member(db, code, browser)
    if here is None or not is_voter(here):
        raise RoomError("You guess in this round; the voters vote.")
    answer_to_experiment(db, code, browser, asked.number, PART, "".join(votes), address=address)


def votes_of(db: Database, code: str, browser: str, asked: Asked) -> RoomVotes:
    """The room's votes, for its instructor's browser."""
    from lib.classroom.answers import said_in_experiment

    said = said_in_experiment(db, code, [asked.number], browser=browser)[asked.number]
    ballots = [votes[1] for votes in said.values() if 1 in votes]
    return count_votes(rule_of(asked).name, ballots)


def count_votes(name: str, ballots: Sequence[str]) -> RoomVotes:
    """What the room preferred, and how often votes followed the rule called `name`; a ballot has a letter a pair."""
    by, preferred, given, following = rule(name), [], 0, 0
    for at, (left, right) in enumerate(pairs_to_vote(name)):
        counts = Counter(ballot[at] for ballot in ballots)
        better = LEFT if by.score(left.text) > by.score(right.text) else RIGHT
        given += counts[LEFT] + counts[RIGHT]
        following += counts[better]
        if counts[LEFT] != counts[RIGHT]:
            first, second = (left, right) if counts[LEFT] > counts[RIGHT] else (right, left)
            preferred.append(Pair(left.prompt, first, second))
    return RoomVotes(len(ballots), tuple(preferred), given, following)


def round_to_play(asked: Asked, votes: RoomVotes) -> Game:
    """DPO on the room's votes. RoomError where they prefer nothing."""
    if not votes.pairs:
        raise RoomError("No pair of answers has a majority yet, so there is nothing to learn; wait for more votes.")
    return Game(prompts(BUNDLED)[:PROMPTS], rule_of(asked).name, votes.pairs, seed=asked.number)
