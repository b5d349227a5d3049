"""Whether a rule was learnt: a prompt is one observation, and all ways of setting the signs are gone through."""

from __future__ import annotations

import pytest

from lib.alignment.answers import Answer
from lib.alignment.by_prompt import FEWEST_PROMPTS, MOST_COMPARED
from lib.alignment.errors import AlignmentError
from lib.alignment.preferences import Pair
from lib.alignment.rules import rule
from lib.alignment.secret.moved import Moved, PromptMoved, moved
from lib.alignment.secret.run import Game
from lib.classroom.experiments import secret
from lib.ui.alignment import secret as alone

DARWIN = (49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48)
"""Crossed less self-fertilised plants of a pot, in eighths of an inch: Fisher 1935, "The design of experiments",
chapter 3, who counted 863 of 32,768 settings of the signs that come to their sum of 314 or more."""


def differing(*differences: float, name: str = "the") -> Moved:
    return Moved(
        rule(name),
        tuple(PromptMoved(str(n), 100.0, 100.0 + each) for n, each in enumerate(differences)),
        len(differences),
    )


def answers(*counts: tuple[int, ...]) -> list[Answer]:
    """To each prompt answers with so many commas."""
    return [Answer(f"prompt {n}", "a" + "," * each, 1) for n, counted in enumerate(counts) for each in counted]


def test_fishers_own_count_comes_out():
    found = differing(*DARWIN)
    assert (found.flips.ways, found.flips.as_far) == (32_768, 2 * 863)
    assert found.flips.by_chance == pytest.approx(0.05267, abs=5e-6)  # "5.267 per cent"
    assert found.towards
    assert not found.learnt


@pytest.mark.parametrize(
    ("differences", "as_far"),
    [
        ((1,) * 8, 2),  # only all up and all down
        ((1,) * 7 + (-1,), 2 + 2 * 8),  # a sum of 6 or 8, either way: 1 + 8 of each
        ((1,) * 6 + (-1,) * 2, 2 * (1 + 8 + 28)),  # 4, 6 or 8
        ((1,) * 4 + (-1,) * 4, 256),  # a sum of 0, which every setting reaches
        ((0,) * 8, 256),
        ((1, 2, 4, 8, 16, 32, 64, -128), 256),  # -1: every odd sum from -255 to 255 comes once
        ((1, 2, 4, 8, 16, 32, -64, 128), 2 * 65),  # 127, and of the odd sums 127, 129 … 255 each comes once
        ((-1,) * 6 + (0, 0), 2 * 4),  # a prompt that did not move may have either sign
    ],
)
def test_settings_of_the_signs_counted_by_hand(differences, as_far):
    assert differing(*differences).flips.as_far == as_far


def test_rounding_does_not_make_an_outcome_rarer():
    tenths = differing(0.1, 0.2, 0.3, 0.1, 0.2, 0.3)  # 0.1 + 0.2 is not 0.3 in floating point
    assert tenths.flips.as_far == differing(1, 2, 3, 1, 2, 3).flips.as_far == 2


@pytest.mark.parametrize(
    ("differences", "says"),
    [
        ((-1,) * 8, "to 8 of 8 prompts it wrote fewer commas than before"),
        ((-1,) * 8, "of the 256 ways in which they could have gone, 2 (0.8%) move the mean of all prompts"),
        ((-1,) * 8, "by more than chance alone would do"),
        ((-1,) * 7 + (1,), "18 (7.0%)"),
        ((-1,) * 7 + (1,), "but chance alone would do that more than one time in twenty"),
        ((1,) * 8, "to 0 of 8 prompts it wrote fewer commas than before. On the whole it did not go the way"),
        ((0,) * 8, "On the whole it did not go the way of this rule"),
        ((-1,) * 5, "but 5 prompts can never show more than chance: it takes 6"),
        ((-1,) * 6, "of the 64 ways in which they could have gone, 2 (3.1%)"),
    ],
)
def test_what_is_said(differences, says):
    assert says in differing(*differences, name="no_commas").in_words


def test_a_rule_that_wants_more_is_learnt_upwards_only():
    assert differing(*(1,) * 8).learnt
    assert not differing(*(-1,) * 8).learnt
    assert not differing(*(-1,) * 8).towards


def test_many_answers_to_one_prompt_are_no_more_than_one_observation():
    """All commas gone, but all were in the answers to one prompt: whether 4 or 400 answers, it is one prompt of 8."""
    one = [(9, 9, 9, 9), *[(0, 0, 0, 0)] * 7]
    before, after = answers(*one), answers(*[(0, 0, 0, 0)] * 8)
    found = moved(rule("no_commas"), before, after)
    assert (found.mean_before, found.mean_after, found.by_the_rule, found.answers) == (9 / 8, 0, 1, 32)
    assert found.flips.by_chance == 1  # one prompt is as likely to go up as down
    assert not found.learnt


def test_means_are_of_a_prompts_own_answers_in_whatever_order_they_come():
    before, after = answers(*[(2, 4)] * 6), answers(*[(0, 1)] * 6)
    found = moved(rule("no_commas"), before, after[::-1])
    assert {(each.before, each.after, each.difference) for each in found.prompts} == {(3, 0.5, -2.5)}
    assert found.learnt


@pytest.mark.parametrize("after", [answers((1,)), answers((1,), (1,), (1,)), answers((1, 1))])
def test_only_answers_to_the_same_prompts_are_compared(after):
    with pytest.raises(AlignmentError, match="only to the same prompts"):
        moved(rule("no_commas"), answers((1,), (1,)), after)


def test_every_round_that_is_played_can_be_compared():
    """A round is looked at with as many answers to each of its prompts, alone and in a room."""
    votes = (Pair("p", Answer("p", "a", 1), Answer("p", "b", 1)),)
    for count in (alone.PROMPTS, secret.PROMPTS):
        tuning = Game(tuple(f"prompt {n}" for n in range(count)), "the").tuning(votes)
        assert tuning.examined % count == 0
        assert FEWEST_PROMPTS <= count <= MOST_COMPARED
