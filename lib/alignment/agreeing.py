"""Several judges on the same pairs. No torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from lib.alignment.errors import AlignmentError
from lib.alignment.preferences import Again, Agreement, Choice, Ranking, cohen, fleiss


@dataclass(frozen=True)
class Judge:
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
            "no pair of answers has been judged by both"
            if len(judges) == 2
            else "no pair of answers has been judged by all"
        )
    if len(judges) == 2:
        return cohen([(choices[0][pair], choices[1][pair]) for pair in shared])
    said = ([each[pair] for each in choices] for pair in shared)
    return fleiss([[each.count(choice) for choice in Choice] for each in said])


def side_bias(again: Sequence[Again]) -> float | None:
    """Share of the decided pairs in which the left answer was preferred; None where none was decided."""
    decided = [each for each in again if each.choice is not Choice.TIE]
    return sum(each.choice is Choice.FIRST for each in decided) / len(decided) if decided else None
