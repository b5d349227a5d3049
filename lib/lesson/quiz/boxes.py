"""What a student answered, the box of each question, and when it is due again.

Leitner's boxes ("So lernt man lernen", 1972), with rounds of the quiz in place of days: a right answer moves a
question one box up, a wrong one puts it back into box 1, and box b is due 2^(b − 1) rounds later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

LAST_BOX = 5
MOST_ROUNDS = 100_000


@dataclass(frozen=True)
class Seen:
    """One question that was answered at least once."""

    box: int
    """From 1 to `LAST_BOX`."""
    round: int
    """The round, from 1, in which it was answered last."""
    right: int
    wrong: int
    """How often it was answered so."""
    last_right: bool

    @property
    def due(self) -> int:
        """The first round in which it may come back."""
        return self.round + 2 ** (self.box - 1)


@dataclass(frozen=True)
class Round:
    """The questions being asked, and what was answered so far."""

    ids: tuple[str, ...]
    seed: int
    given: Mapping[str, str] = field(default_factory=dict)
    """The text of the chosen option by id."""
    at: int = 0
    """How many questions the student has left behind."""

    @property
    def over(self) -> bool:
        return self.at >= len(self.ids)


@dataclass(frozen=True)
class Record:
    """One student's quiz."""

    rounds: int = 0
    """Rounds begun."""
    seen: Mapping[str, Seen] = field(default_factory=dict)
    round: Round | None = None

    def begun(self, ids: tuple[str, ...], seed: int) -> Record:
        return replace(self, rounds=self.rounds + 1, round=Round(ids, seed))

    def answered(self, id: str, text: str, right: bool) -> Record:
        """With the answer counted and the question in its new box. A question is counted once in a round."""
        if self.round is None or id not in self.round.ids or id in self.round.given:
            return self
        before = self.seen.get(id)
        seen = Seen(
            box=moved(before.box if before else 1, right),
            round=self.rounds,
            right=(before.right if before else 0) + right,
            wrong=(before.wrong if before else 0) + (not right),
            last_right=right,
        )
        return replace(
            self,
            seen={**self.seen, id: seen},
            round=replace(self.round, given={**self.round.given, id: text}),
        )

    def moved_on(self) -> Record:
        return replace(self, round=replace(self.round, at=self.round.at + 1)) if self.round else self

    def ended(self) -> Record:
        return replace(self, round=None)

    def joined_to(self, loaded: Record) -> Record:
        """With what was answered elsewhere, or before. The record of more rounds stands (this one, if they are equal),
        and the questions that only the other has seen are added, so loading the same twice changes nothing."""
        longer, shorter = (loaded, self) if loaded.rounds > self.rounds else (self, loaded)
        return replace(longer, seen={**shorter.seen, **longer.seen}, round=self.round)

    @property
    def empty(self) -> bool:
        return not (self.rounds or self.seen)


def moved(box: int, right: bool) -> int:
    """The box after an answer."""
    return min(box + 1, LAST_BOX) if right else 1
