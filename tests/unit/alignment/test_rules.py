"""Rules that a line of code can judge, and votes by them."""

from __future__ import annotations

import pytest

from lib.alignment.answers import Answer
from lib.alignment.errors import AlignmentError
from lib.alignment.rules import RULES, SECRET, mean_count, rule, votes
from lib.alignment.secret.run import hidden_rule, moved


@pytest.mark.parametrize(
    ("name", "text", "count"),
    [
        ("longer", "Don’t go, he said.", 4),
        ("exclaiming", "No! No!! Yes.", 3),
        ("please", "Please, pleased to please.", 2),
        ("no_commas", "one, two, three", 2),
        ("speech", '“Go,” she said. "No."', 4),
        ("no_i", "I think I'm in.", 1),
        ("he", "He saw the hen; she saw he.", 2),
        ("the", "The other, the third.", 2),
        ("names", "The cat of Mary saw John and I.", 2),
        ("short_words", "to be or", 2),
    ],
)
def test_what_a_rule_counts(name, text, count):
    assert RULES[name].count(text) == count


def test_votes_pair_the_best_with_the_worst_of_a_prompt():
    answers = [Answer("p", text, 1) for text in ("a,,,", "a", "a,", "a,,")] + [Answer("q", "b", 1)]
    pairs = votes(rule("no_commas"), answers)
    assert [(pair.better.text, pair.worse.text) for pair in pairs] == [("a", "a,,,"), ("a,", "a,,")]
    assert mean_count(rule("no_commas"), answers) == 6 / 5


def test_a_rule_that_nothing_satisfies_is_refused():
    with pytest.raises(AlignmentError, match=r"times “please”.*prefers nothing"):
        votes(rule("please"), [Answer("p", "no", 1), Answer("p", "never", 1)])
    with pytest.raises(AlignmentError, match="no rule called x"):
        rule("x")


def test_a_round_hides_the_same_rule_again_and_all_rules_come():
    assert hidden_rule(7) == hidden_rule(7)
    assert {hidden_rule(number) for number in range(200)} == set(SECRET)


@pytest.mark.parametrize(
    ("after", "says"),
    [
        (("a", "a", "a,", "a"), "the way of this rule, and more than chance"),
        (("a,", "a,", "a,", "a,,"), "the way of this rule, but no more than chance"),
        (("a,,,", "a,,", "a,", "a,,"), "not the way of this rule"),
        (("a,", "a,,", "a", "a,,,"), "not the way of this rule"),  # the same count
    ],
)
def test_a_rule_is_learnt_only_beyond_chance(after, says):
    """By hand: 1.5 commas before, with a variance of 5/3; the first is 0.25 after, with 1/4: 1.25 against
    2 · √((5/3 + 1/4) / 4) = 1.38 would not do with four answers, and does with sixteen."""
    before = [Answer("p", text, 1) for text in ("a", "a,", "a,,", "a,,,")] * 4
    found = moved(rule("no_commas"), before, [Answer("p", text, 1) for text in after] * 4)
    assert found.mean_before == 1.5
    assert says in found.in_words
    few = moved(rule("no_commas"), before[:4], [Answer("p", text, 1) for text in after])
    assert not few.learnt
