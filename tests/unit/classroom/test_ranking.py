"""Answers ranked by a room: what is kept, how far students agree, and what a reward model may learn from it."""

from __future__ import annotations

import random
from itertools import combinations

import pytest

from lib.alignment.agreeing import divided, of_many
from lib.alignment.preferences import Choice, Ranking
from lib.alignment.reward.run import RewardRun
from lib.charts.classroom.ranking import title_of
from lib.classroom import questions
from lib.classroom.errors import NotTheInstructor, RoomError
from lib.classroom.experiments import ranking
from lib.classroom.members import leave
from lib.classroom.records import Stage
from lib.classroom.taking_home import answers_as_rows
from lib.models.catalogue import BUNDLED, REAL
from lib.ui.classroom.experiments.ranking import ranked_in_words
from tests.unit.classroom.room import room_with


def ranked(db, model=REAL, *, prompts=1, students=3, seed=0):
    """A room that has ranked; (code, instructor, browsers, the places given, by prompt and student)."""
    code, instructor, browsers = room_with(db, students, part=None)
    dice, given = random.Random(seed), []
    for prompt in range(prompts):
        asked = ranking.ask_to_rank(db, code, instructor, model, prompt)
        given.append([tuple(dice.choices(range(1, 5), k=4)) for _ in browsers])
        for each, places in zip(browsers, given[-1], strict=True):
            ranking.give_ranking(db, code, each, asked, places)
        questions.move(db, code, instructor, asked.number, Stage.SHOWN)
    return code, instructor, browsers, given


@pytest.mark.parametrize(
    ("places", "said"),
    [((2, 1, 3, 3), "B > A > C = D"), ((1, 1, 1, 1), "A = B = C = D"), ((4, 3, 2, 1), "D > C > B > A")],
)
def test_a_ranking_is_kept_as_it_is_read(places, said):
    assert ranking.notation(places, 4) == said
    back = ranking.places_of(said)
    for one, other in combinations(range(4), 2):
        assert (places[one] < places[other], places[one] == places[other]) == (
            back[one] < back[other],
            back[one] == back[other],
        )


def test_none_is_good_says_nothing_of_an_order():
    assert ranking.places_of(ranking.notation((), 4)) == ()


@pytest.mark.parametrize("places", [(1, 2, 3), (1, 2, 3, None), (0, 1, 2, 3), (1, 2, 3, 5), (True, 1, 2, 3), "ABCD"])
def test_a_place_that_is_none_is_one_sentence(shared, places):
    code, instructor, (student,) = room_with(shared, 1, part=None)
    asked = ranking.ask_to_rank(shared, code, instructor, REAL, 0)
    with pytest.raises(RoomError, match="a place from 1 to 4"):
        ranking.give_ranking(shared, code, student, asked, places)
    assert not ranking.room_s_rankings(shared, code, REAL, browser=instructor)


def test_only_the_instructor_lets_the_room_rank_and_only_prompts_there_are(shared):
    code, instructor, (student,) = room_with(shared, 1, part=None)
    with pytest.raises(NotTheInstructor):
        ranking.ask_to_rank(shared, code, student, REAL, 0)
    with pytest.raises(RoomError, match="There is no prompt"):
        ranking.ask_to_rank(shared, code, instructor, REAL, 99)


@pytest.mark.parametrize("model", [REAL, BUNDLED])
def test_the_terms_of_kappa_are_what_counting_by_hand_gives(shared, model):
    code, _, _, given = ranked(shared, model, prompts=2, students=5)
    together = ranking.of_all(ranking.room_s_rankings(shared, code, model))
    said = [
        [(places[one] > places[other]) - (places[one] < places[other]) for places in prompt]
        for prompt in given
        for one, other in combinations(range(4), 2)
    ]
    same = [one == other for judgements in said for one, other in combinations(judgements, 2)]
    everything = [sign * each for judgements in said for each in judgements for sign in (1, -1)]  # both orders
    chance = sum((everything.count(each) / len(everything)) ** 2 for each in (-1, 0, 1))
    assert together.agreement.observed == pytest.approx(sum(same) / len(same))
    assert together.agreement.expected == pytest.approx(chance)
    assert together.agreement.items == 12
    assert sum(together.shares) == pytest.approx(1)


def test_the_pair_that_divides_most_comes_first():
    (sampled, *_) = ranking.prompts_to_rank(REAL)
    rankings = [Ranking(sampled.prompt, sampled.answers, places) for places in ((1, 2, 3, 4), (2, 1, 3, 4))]
    pairs = divided(rankings)
    assert {pairs[0].first, pairs[0].second} == set(sampled.answers[:2])
    assert [each.agreement for each in pairs] == [0, 1, 1, 1, 1, 1]
    assert of_many(pairs).agreement.observed == pytest.approx(5 / 6)
    assert of_many(divided(rankings[:1])) is None
    assert divided([Ranking(sampled.prompt, sampled.answers, ())]) == ()


def test_no_pair_is_named_where_all_divide_the_room_alike():
    """Two who turn everything round, and one who finds all as good."""
    (sampled, *_) = ranking.prompts_to_rank(REAL)
    given = ((1, 2, 3, 4), (4, 3, 2, 1), (1, 1, 1, 1))
    rankings = {at: Ranking(sampled.prompt, sampled.answers, places) for at, places in enumerate(given)}
    prompted = ranking.Prompted(1, sampled, rankings, {})
    assert {each.agreement for each in prompted.pairs} == {0}
    assert title_of(prompted.pairs, sampled.answers) == "Every pair divides the room alike"
    assert ranked_in_words(prompted, 0) == "**3 students ranked.** Every pair divides them alike."


def test_what_the_room_prefers_is_hidden_until_it_is_shown(shared):
    code, instructor, browsers = room_with(shared, 2, part=None)
    asked = ranking.ask_to_rank(shared, code, instructor, REAL, 0)
    for each in browsers:
        ranking.give_ranking(shared, code, each, asked, (1, 2, 3, 4))
    assert ranking.room_s_rankings(shared, code, REAL) == ()
    assert len(ranking.room_s_rankings(shared, code, REAL, browser=instructor)[0].rankings) == 2
    questions.move(shared, code, instructor, asked.number, Stage.SHOWN)
    assert len(ranking.room_s_rankings(shared, code, REAL)[0].rankings) == 2


def test_who_ranks_again_is_compared_with_themselves(shared):
    code, instructor, browsers = room_with(shared, 3, part=None)
    asked = ranking.ask_to_rank(shared, code, instructor, REAL, 0)
    for each, places in zip(browsers, ((1, 2, 3, 4), (4, 3, 2, 1), (1, 2, 3, 4)), strict=True):
        ranking.give_ranking(shared, code, each, asked, places)
    questions.move(shared, code, instructor, asked.number, Stage.ARGUING)
    with pytest.raises(RoomError, match="being argued about"):
        ranking.give_ranking(shared, code, browsers[0], asked, (1, 1, 1, 1))
    questions.move(shared, code, instructor, asked.number, Stage.VOTING_AGAIN)
    for each in browsers[:2]:
        ranking.give_ranking(shared, code, each, asked, (1, 2, 3, 4))
    (found,) = ranking.room_s_rankings(shared, code, REAL, browser=instructor)
    before, after = found.argued
    assert (before.agreement.observed, after.agreement.observed) == (0, 1)
    assert found.changed == 1
    assert found.agreement.judges == 3


def test_a_reward_model_takes_the_room_s_rankings_and_no_one_who_left(shared):
    code, _, browsers, _ = ranked(shared, prompts=2)
    leave(shared, code, browsers[0])
    found = ranking.room_s_rankings(shared, code, REAL)
    rankings = tuple(each for one in found for each in one.rankings.values())
    assert len(rankings) == 4
    assert len(RewardRun(rankings).answers) == 8
    assert all(each.choice(each.answers[0], each.answers[1]) in Choice for each in rankings)


def test_rankings_are_taken_home_without_names(shared):
    code, instructor, _, given = ranked(shared)
    rows = answers_as_rows(shared, code, instructor)
    assert sorted(row["answer"] for row in rows) == sorted(ranking.notation(each, 4) for each in given[0])
    assert "Student" not in str(rows)


def test_the_next_prompt_is_one_that_was_not_asked(shared):
    code, instructor, _ = room_with(shared, 0, part=None)
    assert ranking.next_prompt(questions.all_asked(shared, code), REAL) == 0
    ranking.ask_to_rank(shared, code, instructor, REAL, 0)
    assert ranking.next_prompt(questions.all_asked(shared, code), REAL) == 1
    assert ranking.next_prompt(questions.all_asked(shared, code), BUNDLED) == 0


def test_agreement_does_not_depend_on_the_letters():
    """Judges who agree that A is best agree as far as those who agree as much on the reverse or another order."""
    (sampled, *_) = ranking.prompts_to_rank(REAL)
    orders = [((1, 2, 3, 4), (1, 2, 4, 3)), ((4, 3, 2, 1), (4, 3, 1, 2)), ((2, 4, 1, 3), (1, 4, 2, 3))]
    found = [of_many(divided([Ranking(sampled.prompt, sampled.answers, each) for each in two])) for two in orders]
    assert [each.agreement.kappa for each in found] == [pytest.approx((5 / 6 - 1 / 2) / (1 / 2))] * 3
