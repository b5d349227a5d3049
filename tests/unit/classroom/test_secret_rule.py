"""The secret rule in a room: who votes, what the majority prefers, and who may guess."""

from __future__ import annotations

import pytest

from lib.alignment.rules import RULES
from lib.classroom import answers, questions
from lib.classroom.errors import RoomError
from lib.classroom.experiments import secret
from lib.classroom.experiments.secret import LEFT, RIGHT, TIE, VOTES
from lib.classroom.records import Stage
from tests.unit.classroom.room import room_with

NAME = "the"


def by_rule(name: str) -> str:
    """The ballot of somebody who follows the rule, by counting anew."""
    score = RULES[name].score
    return "".join(LEFT if score(a.text) > score(b.text) else RIGHT for a, b in secret.pairs_to_vote(name))


@pytest.mark.parametrize("name", secret.rules_to_hide())
def test_every_rule_that_is_hidden_decides_every_pair_and_both_sides_win(name):
    ballot = by_rule(name)
    assert len(ballot) == VOTES
    assert 2 <= ballot.count(LEFT) <= VOTES - 2
    for one, other in secret.pairs_to_vote(name):
        assert one.prompt == other.prompt
        assert RULES[name].score(one.text) != RULES[name].score(other.text)


def test_the_majority_of_the_voters_is_learnt_from():
    right = by_rule(NAME)
    wrong = right.translate(str.maketrans("LR", "RL"))
    found = secret.count_votes(NAME, [right, right, wrong])
    score = RULES[NAME].score
    assert all(score(pair.better.text) > score(pair.worse.text) for pair in found.pairs)
    assert (found.voters, len(found.pairs), found.given, found.by_the_rule) == (3, VOTES, 3 * VOTES, 2 * VOTES)
    assert found.share_by_the_rule == pytest.approx(2 / 3)
    assert secret.count_votes(NAME, [right, wrong]).pairs == ()
    nothing = secret.count_votes(NAME, [TIE * VOTES])
    assert (nothing.given, nothing.share_by_the_rule) == (0, None)


def test_every_second_student_votes_and_the_others_guess(shared):
    code, instructor, (voter, guesser) = room_with(shared, 2, part=None)
    asked = secret.open_secret(shared, code, instructor, NAME)
    with pytest.raises(RoomError, match="You guess in this round"):
        secret.cast_votes(shared, code, guesser, asked, by_rule(NAME))
    with pytest.raises(RoomError, match="wait for more votes"):
        secret.round_to_play(asked, secret.votes_of(shared, code, instructor, asked))
    secret.cast_votes(shared, code, voter, asked, by_rule(NAME))
    game = secret.round_to_play(asked, secret.votes_of(shared, code, instructor, asked))
    assert (game.rule, len(game.pairs)) == (NAME, VOTES)
    questions.move(shared, code, instructor, asked.number, Stage.ARGUING)
    again = questions.move(shared, code, instructor, asked.number, Stage.VOTING_AGAIN)
    with pytest.raises(RoomError, match="closed"):
        secret.cast_votes(shared, code, voter, again, by_rule(NAME))
    answers.answer(shared, code, guesser, asked.number, asked.right)
    questions.move(shared, code, instructor, asked.number, Stage.SHOWN)
    assert answers.tally(shared, code, asked.number).second[asked.right] == 1
    assert answers.score(shared, code, voter).shown == 0


@pytest.mark.parametrize("votes", [[], [LEFT] * (VOTES - 1), [LEFT] * (VOTES - 1) + [None], ["X"] * VOTES])
def test_a_ballot_that_is_not_whole_is_one_sentence(shared, votes):
    code, instructor, (voter, _) = room_with(shared, 2, part=None)
    asked = secret.open_secret(shared, code, instructor, NAME)
    with pytest.raises(RoomError, match="Vote on all 12 pairs"):
        secret.cast_votes(shared, code, voter, asked, votes)


def test_a_rule_between_too_few_answers_cannot_be_hidden(shared):
    code, instructor, _ = room_with(shared, 0, part=None)
    with pytest.raises(RoomError, match="cannot be hidden"):
        secret.open_secret(shared, code, instructor, "he")
