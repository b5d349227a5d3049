"""Rankings of answers, the pairs that follow from them, and how far rankings agree. No torch.

A ranking gives each answer to a prompt a place, 1 for the best; equal places are a tie. K answers in places of their
own are K (K - 1) / 2 pairs (Ouyang et al. 2022, arXiv 2203.02155, section 3.5).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import combinations

from lib.alignment.answers import FOLDER, Answer
from lib.alignment.errors import AlignmentError


class Choice(StrEnum):
    """What is said of two answers."""

    FIRST = "first"
    SECOND = "second"
    TIE = "tie"


@dataclass(frozen=True)
class Pair:
    """An answer that was preferred to another, both to the same prompt."""

    prompt: str
    better: Answer
    worse: Answer


@dataclass(frozen=True)
class Ranking:
    """The answers to one prompt, with the place that each was given."""

    prompt: str
    answers: tuple[Answer, ...]
    places: tuple[int, ...]
    """1 is the best; empty where none was found good, which says nothing about their order."""

    def __post_init__(self) -> None:
        if self.places and len(self.places) != len(self.answers):
            raise AlignmentError(
                f"Every answer needs a place: there are {len(self.answers)} answers and {len(self.places)} places"
            )
        if any(place < 1 for place in self.places):
            raise AlignmentError("Places count from 1, the best")

    @property
    def none_is_good(self) -> bool:
        return not self.places

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """Every two answers in different places, the better one first. What was written twice is not preferred to
        itself."""
        found = []
        for one, other in combinations(range(len(self.places)), 2):
            if self.places[one] == self.places[other] or self.answers[one].text == self.answers[other].text:
                continue
            first = self.places[one] < self.places[other]
            better, worse = (one, other) if first else (other, one)
            found.append(Pair(self.prompt, self.answers[better], self.answers[worse]))
        return tuple(found)

    @property
    def ties(self) -> int:
        """Pairs of answers that share a place."""
        return sum(count * (count - 1) // 2 for count in Counter(self.places).values())

    def choice(self, one: Answer, other: Answer) -> Choice:
        """What this ranking says of two of its answers."""
        first, second = (self.places[self.answers.index(each)] for each in (one, other))
        if first == second:
            return Choice.TIE
        return Choice.FIRST if first < second else Choice.SECOND


@dataclass(frozen=True)
class Again:
    """A pair that was ranked, asked once more with its sides swapped."""

    ranking: Ranking
    left: int
    right: int
    """Numbers of the two answers in the ranking, as they were shown the second time."""
    choice: Choice
    """The second time: FIRST is the left one."""

    @property
    def before(self) -> Choice:
        return self.ranking.choice(self.ranking.answers[self.left], self.ranking.answers[self.right])


def pairs_of(rankings: Sequence[Ranking]) -> tuple[Pair, ...]:
    return tuple(pair for ranking in rankings for pair in ranking.pairs)


def check_decided(rankings: Sequence[Ranking]) -> None:
    """Raises AlignmentError unless these rankings, taken together, put one answer before another."""
    if not rankings:
        raise AlignmentError("There is no ranking yet; rank the answers to some prompts first")
    if not any(ranking.pairs for ranking in rankings):
        raise AlignmentError(
            "No answer is preferred to another in any ranking (only ties, or none good), so there is nothing to learn; "
            "put at least one answer before another"
        )
    if not any(_said_net(rankings).values()):
        raise AlignmentError(
            "Every preference is contradicted by another ranking of the same two answers, so nothing is left to learn; "
            "rank other answers, or leave out one of the rankings that contradict each other"
        )


def check_learnable(rankings: Sequence[Ranking]) -> None:
    """Raises AlignmentError unless a reward model can learn from these rankings and be tested on others."""
    check_decided(rankings)
    if len({ranking.prompt for ranking in rankings if ranking.pairs}) < 2:
        raise AlignmentError(
            "All preferences are about one prompt: some prompts must be held out to test what was learnt, so rank the "
            "answers to at least one more"
        )


def _said_net(rankings: Sequence[Ranking]) -> Counter:
    """Of every two answers: how much more often the first in the alphabet was preferred than the other."""
    net: Counter = Counter()
    for pair in pairs_of(rankings):
        low, high = sorted((pair.better.text, pair.worse.text))
        net[pair.prompt, low, high] += 1 if pair.better.text == low else -1
    return net


def contradictions(rankings: Sequence[Ranking]) -> int:
    """Pairs of answers of which one ranking says the opposite of another."""
    said: dict[tuple[str, str, str], set[bool]] = {}
    for pair in pairs_of(rankings):
        low, high = sorted((pair.better.text, pair.worse.text))
        said.setdefault((pair.prompt, low, high), set()).add(pair.better.text == low)
    return sum(len(each) == 2 for each in said.values())


@dataclass(frozen=True)
class Agreement:
    """How often two or more judges agree, and how often they would by chance."""

    observed: float
    expected: float
    items: int
    alike: int
    """Items of which all judges say the same."""

    @property
    def kappa(self) -> float | None:
        """(observed - expected) / (1 - expected): 1 is full agreement, 0 as much as chance gives. None where all
        judges say the same of everything, so that chance agrees fully too."""
        return None if self.expected >= 1 else (self.observed - self.expected) / (1 - self.expected)


def cohen(judgements: Sequence[tuple[str, str]]) -> Agreement:
    """Two judges (or one, twice) on the same items; Cohen 1960, "A coefficient of agreement for nominal scales".

    Raises AlignmentError where nothing was judged twice.
    """
    if not judgements:
        raise AlignmentError("Nothing has been judged twice yet")
    total, alike = len(judgements), sum(one == other for one, other in judgements)
    first, second = Counter(one for one, _ in judgements), Counter(other for _, other in judgements)
    return Agreement(
        observed=alike / total,
        expected=sum(first[each] * second[each] for each in first) / total**2,
        items=total,
        alike=alike,
    )


def fleiss(counts: Sequence[Sequence[int]]) -> Agreement:
    """Any number of judges, the same for every item; `counts[item][category]` judges chose that category.

    Fleiss 1971, "Measuring nominal scale agreement among many raters". Raises AlignmentError where it isn't defined.
    """
    judges = {sum(row) for row in counts}
    if len(judges) != 1 or min(judges) < 2:
        raise AlignmentError("Fleiss' kappa needs at least two judges, and the same number of them for every item")
    (raters,) = judges
    shares = [sum(row[category] for row in counts) / (len(counts) * raters) for category in range(len(counts[0]))]
    agreeing = [sum(each * (each - 1) for each in row) / (raters * (raters - 1)) for row in counts]
    return Agreement(
        observed=sum(agreeing) / len(agreeing),
        expected=sum(share**2 for share in shares),
        items=len(counts),
        alike=sum(max(row) == raters for row in counts),
    )


def self_agreement(again: Sequence[Again]) -> Agreement:
    """A judge with himself: what he said of a pair the first time and the second."""
    return cohen([(each.before, each.choice) for each in again])


@cache
def course_rankings(model: str) -> tuple[Ranking, ...]:
    """Rankings that come with the course, of answers that `model` gave."""
    rows = json.loads((FOLDER / "rankings.json").read_text(encoding="utf-8"))["rankings"].get(model, ())
    return tuple(
        Ranking(
            row["prompt"],
            tuple(Answer(row["prompt"], each["text"], each["tokens"], each["ended"]) for each in row["answers"]),
            tuple(each["place"] for each in row["answers"]) if row["good"] else (),
        )
        for row in rows
    )
