"""Weights for the three values: which answer wins, and where that tips. No torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lib.alignment.errors import AlignmentError
from lib.alignment.values.pairs import FIRST, SECOND, VALUES, Judged, Person, ValuePair

MOST = 10
EVEN = 1e-9
"""Margins smaller than this are a tie: weights are typed in tenths at most."""


@dataclass(frozen=True)
class Weights:
    """How much each value counts; only their proportions matter."""

    helpful: float
    honest: float
    harmless: float

    def __post_init__(self) -> None:
        for value in VALUES:
            if not 0 <= self.of(value) <= MOST:
                raise AlignmentError(f"The weight of “{value}” must be from 0 to {MOST}; it is {self.of(value):g}")
        if self.total == 0:
            raise AlignmentError("All three weights are 0, so nothing decides; give at least one of them a weight")

    def of(self, value: str) -> float:
        return getattr(self, value)

    @property
    def total(self) -> float:
        return sum(self.of(value) for value in VALUES)


@dataclass(frozen=True)
class Weighed:
    """A pair under some weights.

    margin = Σ weight · side / Σ weight, side being -1 for the first answer, 1 for the second: a weighted sum of
    criteria, as in any multi-criteria decision. Below 0 the first answer wins.
    """

    pair: ValuePair
    judged: Judged
    weights: Weights

    def pull(self, value: str) -> float:
        """What a value adds to the margin, from -1 to 1."""
        return self.weights.of(value) * self.judged.of(value) / self.weights.total

    @property
    def margin(self) -> float:
        return sum(self.pull(value) for value in VALUES)

    @property
    def winner(self) -> int:
        """FIRST, SECOND, or SAME where the weights leave it undecided."""
        return 0 if abs(self.margin) < EVEN else (SECOND if self.margin > 0 else FIRST)

    @property
    def winner_name(self) -> str | None:
        return None if not self.winner else self.pair.answers[0 if self.winner == FIRST else 1].name

    def behind(self, side: int) -> tuple[str, ...]:
        """The values that prefer that answer."""
        return tuple(value for value in VALUES if self.judged.of(value) == side)

    def weight_behind(self, side: int) -> float:
        return sum(self.weights.of(value) for value in self.behind(side))

    def tips_at(self, value: str) -> float | None:
        """The weight of `value` at which neither answer wins, the other two as they are; None where there is none
        between 0 and MOST, with room on both sides for either answer to win."""
        side = self.judged.of(value)
        if not side or not self.judged.contested:
            return None
        others = sum(self.weights.of(each) * self.judged.of(each) for each in VALUES if each != value)
        at = -others / side
        return at if 0 < at < MOST else None


def weighed(
    pairs: Sequence[ValuePair], weights: Weights, mine: Mapping[str, Judged] | None = None
) -> tuple[Weighed, ...]:
    """Each pair under these weights; judged as in `mine` where it stands there, else as the course judges it."""
    own = mine or {}
    return tuple(Weighed(pair, own.get(pair.id, pair.judged), weights) for pair in pairs)


def as_person(pairs: Sequence[ValuePair], person: Person, mine: Mapping[str, Judged]) -> tuple[Weighed, ...]:
    """The same pairs and judgements under somebody else's weights."""
    return weighed(pairs, Weights(**person.weights), mine)


@dataclass(frozen=True)
class Outcome:
    """How the pairs in which values pull apart end for one of the values."""

    value: str
    contested: int
    """Pairs in which values pull apart and this one takes a side."""
    won: int
    undecided: int

    @property
    def lost(self) -> int:
        return self.contested - self.won - self.undecided


def outcome(rows: Sequence[Weighed], value: str) -> Outcome:
    """How often the answer that `value` prefers won, lost or tied, among pairs that the values dispute."""
    taking = [row for row in rows if row.judged.contested and row.judged.of(value)]
    return Outcome(
        value,
        len(taking),
        sum(row.winner == row.judged.of(value) for row in taking),
        sum(not row.winner for row in taking),
    )


def differing(rows: Sequence[Weighed], others: Sequence[Weighed]) -> int:
    """Pairs that end differently."""
    return sum(one.winner != other.winner for one, other in zip(rows, others, strict=True))
