"""Rules that a line of code can judge, and votes by them."""

from __future__ import annotations

import pytest

from lib.alignment.answers import Answer
from lib.alignment.errors import AlignmentError
from lib.alignment.rules import RULES, SECRET, mean_count, rule, votes
from lib.alignment.secret.run import hidden_rule


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
