"""FLASK (Ye et al. 2023, arXiv 2307.10928): an answer has twelve skills, each rated from 1 to 5."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from lib.evaluation.facts import facts

LOW, HIGH = 1, 5


@dataclass(frozen=True)
class Skill:
    name: str
    ability: str
    about: str


@dataclass(frozen=True)
class Rating:
    """One skill of two answers."""

    skill: str
    a: int
    b: int


@dataclass(frozen=True)
class Ratings:
    """Some skills of two answers, rated by one reader."""

    each: tuple[Rating, ...]

    @property
    def mean_a(self) -> float:
        return sum(rating.a for rating in self.each) / len(self.each)

    @property
    def mean_b(self) -> float:
        return sum(rating.b for rating in self.each) / len(self.each)

    @property
    def a_leads(self) -> tuple[str, ...]:
        return tuple(rating.skill for rating in self.each if rating.a > rating.b)

    @property
    def b_leads(self) -> tuple[str, ...]:
        return tuple(rating.skill for rating in self.each if rating.b > rating.a)

    @property
    def widest(self) -> Rating:
        """The skill in which the answers are furthest apart; of equals the first."""
        return max(self.each, key=lambda rating: abs(rating.a - rating.b))

    def distance(self, other: Ratings) -> float:
        """Mean difference, in points, of two readers over the skills that this one rated."""
        theirs = {rating.skill: rating for rating in other.each}
        off = sum(abs(mine.a - theirs[mine.skill].a) + abs(mine.b - theirs[mine.skill].b) for mine in self.each)
        return off / (2 * len(self.each))


@dataclass(frozen=True)
class AnswerPair:
    """One instruction with two answers, and how the course reads them."""

    key: str
    instruction: str
    a: str
    b: str
    ours: Ratings
    why: str
    reading: str


@cache
def skills() -> tuple[Skill, ...]:
    """The twelve, ability by ability."""
    return tuple(Skill(**row) for row in facts("flask")["skills"])


def abilities() -> Mapping[str, Sequence[Skill]]:
    """FLASK's four abilities with their skills."""
    names = dict.fromkeys(skill.ability for skill in skills())
    return {name: [skill for skill in skills() if skill.ability == name] for name in names}


def skills_source() -> str:
    return facts("flask")["source"]


@cache
def answer_pairs() -> dict[str, AnswerPair]:
    return {
        row["key"]: AnswerPair(**{**row, "ours": Ratings(tuple(Rating(**rating) for rating in row["ours"]))})
        for row in facts("flask")["pairs"]
    }
