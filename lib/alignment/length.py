"""A judge who likes length: the course's rankings, as they come out when longer answers gain places. No torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from lib.alignment.errors import AlignmentError
from lib.alignment.preferences import Pair, Ranking, course_rankings, pairs_of

TOKENS_A_PLACE = 6
"""So many tokens more are worth a place to this judge. With 6, both models' answers show a bias that is plain to see,
and most pairs still go by what the answers say."""


def swayed_by_length(rankings: Sequence[Ranking], tokens_a_place: int = TOKENS_A_PLACE) -> tuple[Ranking, ...]:
    """The same answers anew, by place - tokens / tokens_a_place: the lowest is first, the same is a tie. No chance is
    in it, so whoever doubts a ranking can work it out. Where none was good, none is good to this judge either.

    Raises AlignmentError unless tokens_a_place is at least 1.
    """
    if tokens_a_place < 1:
        raise AlignmentError(f"At least 1 token must be worth a place; it is {tokens_a_place}")
    return tuple(_swayed(ranking, tokens_a_place) for ranking in rankings)


def _swayed(ranking: Ranking, tokens_a_place: int) -> Ranking:
    # In tokens, so that what is equal is so exactly.
    costs = [
        place * tokens_a_place - answer.tokens for place, answer in zip(ranking.places, ranking.answers, strict=False)
    ]
    order = sorted(set(costs))
    return replace(ranking, places=tuple(order.index(cost) + 1 for cost in costs))


@cache
def length_rankings(model: str) -> tuple[Ranking, ...]:
    """The course's answers of `model`, as the judge who likes length ranks them."""
    return swayed_by_length(course_rankings(model))


def turned(fair: Sequence[Ranking], swayed: Sequence[Ranking]) -> frozenset[Pair]:
    """The pairs that `swayed` puts the other way round than `fair`, as `fair` has them."""
    other_way = {Pair(pair.prompt, pair.worse, pair.better) for pair in pairs_of(swayed)}
    return frozenset(pair for pair in pairs_of(fair) if pair in other_way)
