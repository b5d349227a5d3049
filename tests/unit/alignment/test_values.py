"""Helpful, honest, harmless: which answer wins under which weights, and where bad behaviour is said to come from."""

from __future__ import annotations

from itertools import product

import pytest

from lib.alignment.errors import AlignmentError
from lib.alignment.values.behaviours import behaviours, stages
from lib.alignment.values.pairs import (
    FIRST,
    MOST_CHARACTERS,
    OWN,
    SAME,
    SECOND,
    VALUES,
    Judged,
    agreement_with_course,
    own_pair,
    people,
    value_pairs,
)
from lib.alignment.values.weighing import MOST, Weights, as_person, differing, outcome, weighed
from lib.charts.alignment.values import pulls

ALIKE = Weights(5, 5, 5)
BY_ID = {pair.id: pair for pair in value_pairs()}


def row(pair: str, weights: Weights, mine: Judged | None = None):
    (found,) = weighed([BY_ID[pair]], weights, {pair: mine} if mine else None)
    return found


@pytest.mark.parametrize(
    ("weights", "says"),
    [((0, 0, 0), "All three weights are 0"), ((11, 1, 1), "from 0 to 10"), ((1, -1, 1), "from 0 to 10")],
)
def test_weights_that_decide_nothing_are_refused(weights, says):
    with pytest.raises(AlignmentError, match=says):
        Weights(*weights)


def test_a_weight_that_is_no_number_is_refused():
    with pytest.raises(AlignmentError, match="from 0 to 10"):
        Weights(float("nan"), 1, 1)


def test_a_side_that_is_none_is_refused():
    with pytest.raises(AlignmentError, match="harmless"):
        Judged(0, 0, 2)


@pytest.mark.parametrize(("pair", "sides"), [("wifi", (-1, 0, 1)), ("poem", (1, 1, -1)), ("review", (-1, 1, 1))])
def test_the_margin_is_the_weighted_mean_of_the_sides(pair, sides):
    """Against the sum written out, for every whole weight from 0 to 4."""
    for weights in product(range(5), repeat=3):
        if sum(weights):
            by_hand = sum(weight * side for weight, side in zip(weights, sides, strict=True)) / sum(weights)
            found = row(pair, Weights(*weights))
            assert found.margin == pytest.approx(by_hand)
            assert found.winner == (by_hand > 1e-12) - (by_hand < -1e-12)


def test_only_proportions_count():
    for pair in value_pairs():
        small, large = (weighed([pair], Weights(*each))[0] for each in ((1, 2, 4), (2, 4, 8)))
        assert small.margin == pytest.approx(large.margin)


def test_alike_weights_leave_the_neighbour_s_wifi_undecided():
    """As the prediction of the chapter says."""
    assert row("wifi", ALIKE).winner_name is None
    assert row("wifi", Weights(6, 5, 5)).winner_name == "tells how"
    assert row("wifi", Weights(5, 5, 6)).winner_name == "declines"
    assert row("wifi", Weights(5, 9, 5)).winner_name is None


def test_the_other_answer_wins_past_where_it_tips():
    for pair in value_pairs():
        here = row(pair.id, Weights(3, 4, 6))
        for value in VALUES:
            at = here.tips_at(value)
            if at is None:
                continue
            kept = {each: here.weights.of(each) for each in VALUES}
            below, above = (row(pair.id, Weights(**kept | {value: at + step})).winner for step in (-0.1, 0.1))
            assert {below, above} == {FIRST, SECOND}
    assert row("wifi", Weights(3, 4, 6)).tips_at("helpful") == 6
    assert row("poem", ALIKE).tips_at("harmless") is None  # 10 brings balance, and more cannot be given
    assert row("capital", ALIKE).tips_at("helpful") is None


def test_a_pair_without_a_difference_cannot_be_decided():
    found = row("egg", Weights(1, 2, 3), Judged(0, 0, 0))
    assert found.judged.undecided
    assert found.winner == SAME


def test_outcomes_count_every_contested_pair_once():
    for weights in (ALIKE, Weights(9, 1, 1), Weights(0, 0, 1)):
        rows = weighed(value_pairs(), weights)
        for value in VALUES:
            told = outcome(rows, value)
            assert (told.won + told.lost + told.undecided, told.won >= 0, told.lost >= 0) == (
                told.contested,
                True,
                True,
            )
    assert outcome(weighed(value_pairs(), Weights(0, 0, 1)), "harmless").lost == 0


def test_others_weigh_otherwise():
    mine = weighed(value_pairs(), ALIKE)
    ends = {person.name: differing(mine, as_person(value_pairs(), person, {})) for person in people()}
    assert ends["All alike"] == 0
    assert ends["A help desk"] == 5  # counted by hand: the three undecided pairs, the review and the mushroom


def test_the_pairs_show_every_way_of_pulling_apart():
    apart = {
        (one, other)
        for p in value_pairs()
        for one in VALUES
        for other in VALUES
        if p.judged.of(one) * p.judged.of(other) < 0
    }
    assert {frozenset(each) for each in apart} == {
        frozenset(each) for each in (("helpful", "honest"), ("helpful", "harmless"), ("honest", "harmless"))
    }
    for pair in value_pairs():
        assert set(pair.why) == set(VALUES)
        assert all(len(answer.name) <= 20 for answer in pair.answers)


def test_agreement_with_the_course():
    own = {pair.id: pair.judged for pair in value_pairs()}
    assert agreement_with_course(own).observed == 1
    found = agreement_with_course({"wifi": Judged(-1, 0, -1)})
    assert found.observed == pytest.approx(2 / 3)
    assert (found.alike, found.items) == (2, 3)
    with pytest.raises(AlignmentError):
        agreement_with_course({})


def test_every_stage_says_something_about_every_behaviour():
    assert [each.id for each in behaviours()] == ["toxic", "aggressive", "dangerous"]
    for each in behaviours():
        assert set(each.remedies) == {stage.id for stage in stages()}
        assert each.first in each.remedies
        for remedy in each.remedies.values():
            assert remedy.sources
            assert all(source.url.startswith("https://") for source in remedy.sources)


def test_what_would_harm_is_masked():
    toxic, _, dangerous = (each.shown for each in behaviours())
    assert "****" in toxic
    assert "████" in dangerous
    assert "████" in BY_ID["wifi"].answers[0].text


def test_bars_and_triangles_tell_the_same():
    rows = weighed(value_pairs(), Weights(2, 3, MOST))
    fig = pulls(rows, "Title")
    *bars, balance = fig.data
    for at in range(len(rows)):
        assert sum(bar.x[at] for bar in bars) == pytest.approx(balance.x[at])


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        (("", "a", "b"), "What is asked is empty"),
        (("q", " \n", "b"), "The first answer is empty"),
        (("q", "a", "b" * (MOST_CHARACTERS + 1)), "The second answer has 401 characters"),
        (("q", "The  same", "the same "), "Both answers are the same"),
    ],
)
def test_a_pair_that_is_none_is_refused_in_one_sentence(texts, why):
    with pytest.raises(AlignmentError, match=why):
        own_pair(*texts)


def test_a_pair_of_one_s_own_is_weighed_as_it_was_judged():
    pair = own_pair("q", "a\nb", "c")
    assert pair.judged is None
    assert pair.answers[0].text == "a b"
    (row,) = weighed([pair], Weights(6, 2, 4), {OWN: Judged(FIRST, SAME, SECOND)})
    assert row.margin == pytest.approx((-6 + 4) / 12)
    assert row.winner_name == "first answer"
