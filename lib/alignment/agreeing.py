"""Several judges on the same pairs. No torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from lib.alignment.answers import Answer
from lib.alignment.errors import AlignmentError
from lib.alignment.preferences import Again, Agreement, Choice, Ranking, cohen, fleiss


@dataclass(frozen=True)
class Judge:
    """Whoever ranked answers: the student, others by their files, the course."""

    name: str
    rankings: tuple[Ranking, ...]

    @property
    def choices(self) -> dict[tuple[str, str, str], Choice]:
        """What the judge says of every two answers (prompt, and their texts in the order of the alphabet); the last
        word counts where a judge has ranked the same twice."""
        found = {}
        for ranking in self.rankings:
            for one, other in combinations(ranking.answers if ranking.places else (), 2):
                first, second = sorted((one, other), key=lambda answer: answer.text)
                if first.text != second.text:
                    found[ranking.prompt, first.text, second.text] = ranking.choice(first, second)
        return found


def among(judges: Sequence[Judge]) -> Agreement:
    """Cohen's for two judges, Fleiss' for more, on the pairs that all of them have judged.

    Raises AlignmentError where there are none.
    """
    choices = [judge.choices for judge in judges]
    shared = [pair for pair in choices[0] if all(pair in other for other in choices[1:])]
    if not shared:
        raise AlignmentError(
            "no pair of answers has been judged by both; rank a prompt that the other has ranked too"
            if len(judges) == 2
            else "no pair of answers has been judged by all; rank a prompt that everybody else has ranked"
        )
    if len(judges) == 2:
        return cohen([(choices[0][pair], choices[1][pair]) for pair in shared])
    said = ([each[pair] for each in choices] for pair in shared)
    return fleiss([[each.count(choice) for choice in Choice] for each in said])


def side_bias(again: Sequence[Again]) -> float | None:
    """Share of the decided pairs in which the left answer was preferred; None where none was decided."""
    decided = [each for each in again if each.choice is not Choice.TIE]
    return sum(each.choice is Choice.FIRST for each in decided) / len(decided) if decided else None


@dataclass(frozen=True)
class Divided:
    """What judges say of two answers to one prompt, each judge once."""

    prompt: str
    first: Answer
    second: Answer
    for_first: int
    ties: int
    for_second: int

    @property
    def judges(self) -> int:
        return self.for_first + self.ties + self.for_second

    @property
    def counts(self) -> tuple[int, int, int]:
        return self.for_first, self.for_second, self.ties

    @property
    def agreement(self) -> float:
        """Of all pairs of judges, the share who say the same: P_i of Fleiss 1971. 1 for a single judge."""
        pairs = self.judges * (self.judges - 1)
        return sum(each * (each - 1) for each in self.counts) / pairs if pairs else 1.0


@dataclass(frozen=True)
class OfManyJudges:
    """Fleiss' kappa over every two answers that all judges have ranked, with the terms of its formula."""

    judges: int
    shares: tuple[float, float, float]
    """Of all judgements: one answer is better, the other is (as often: either may be called the first), a tie."""
    agreement: Agreement


def divided(rankings: Sequence[Ranking]) -> tuple[Divided, ...]:
    """Every two answers of rankings of the same answers, one ranking a judge: those that divide the judges most first.

    Rankings in which none was good are left out: they compare nothing.
    """
    placed = [ranking for ranking in rankings if ranking.places]
    if not placed:
        return ()
    found = []
    for one, other in combinations(placed[0].answers, 2):
        said = [ranking.choice(one, other) for ranking in placed]
        counts = [said.count(choice) for choice in (Choice.FIRST, Choice.TIE, Choice.SECOND)]
        found.append(Divided(placed[0].prompt, one, other, *counts))
    return tuple(sorted(found, key=lambda each: each.agreement))


def of_many(pairs: Sequence[Divided]) -> OfManyJudges | None:
    """Fleiss' kappa of pairs that the same number of judges have judged; None with fewer than two of them.

    Every pair enters in both orders: which of two answers is shown first says nothing, and were it taken as a category,
    chance would agree the more, the better the order shown happened to be.
    """
    if not pairs or pairs[0].judges < 2:
        return None
    both_orders = [
        counts
        for first, second, ties in (p.counts for p in pairs)
        for counts in ((first, second, ties), (second, first, ties))
    ]
    total = sum(map(sum, both_orders))
    shares = tuple(sum(counts[category] for counts in both_orders) / total for category in range(3))
    found = fleiss(both_orders)
    return OfManyJudges(pairs[0].judges, shares, replace(found, items=len(pairs), alike=found.alike // 2))
