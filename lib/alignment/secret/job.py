"""Sample, vote, tune. Imports torch: worker only."""

from __future__ import annotations

from collections.abc import Iterator

from lib.alignment.policy.job import optimise
from lib.alignment.rules import rule, votes
from lib.alignment.sampling import write_answers
from lib.alignment.secret.run import Game, GameEvent, Voted


def play(game: Game) -> Iterator[GameEvent]:
    """Voted, then the events of the tuning. Raises AlignmentError where the rule prefers nothing."""
    pairs = game.pairs
    if not pairs:
        answers = [answer for sampled in write_answers(game.sampling) for answer in sampled.answers]
        pairs = votes(rule(game.rule), answers)
    yield Voted(pairs)
    yield from optimise(game.tuning(pairs))
