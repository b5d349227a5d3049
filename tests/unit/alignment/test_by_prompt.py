"""A prompt is one observation, however many of its answers are counted."""

from __future__ import annotations

import math

import pytest

from lib.alignment.answers import Answer
from lib.alignment.by_prompt import differences_by_prompt, error_of_difference, error_of_mean, means_by_prompt
from lib.alignment.policy.run import Examined
from lib.ui.alignment.policy import _how_sure


def answers(*prompts: str) -> tuple[Answer, ...]:
    return tuple(Answer(each, "a", 1) for each in prompts)


def test_answers_to_the_same_prompt_are_one_observation():
    found = means_by_prompt(answers("a", "b", "a", "b"), (1, 10, 3, 30))
    assert found == {"a": 2, "b": 20}
    assert error_of_mean(found) == pytest.approx(9)  # s = 18 / √2 of two
    assert error_of_mean({"a": 2}) == 0


def test_what_is_hard_in_a_prompt_is_so_both_times():
    before, after = {"a": 0.0, "b": 100.0, "c": 1000.0}, {"c": 1003.0, "a": 1.0, "b": 102.0}
    assert differences_by_prompt(before, after) == {"a": 1, "b": 2, "c": 3}
    assert error_of_difference(before, after) == pytest.approx(1 / math.sqrt(3))  # of 1, 2 and 3


@pytest.mark.parametrize(
    ("prompts", "change", "says"),
    [
        ("abcdefgh", (1,) * 8, "So this is more than chance alone would do."),
        ("abcdefgh", (1,) * 8, "of the 256 ways in which they could have gone, 2 (0.8%) move the mean of all prompts"),
        ("abcdefgh", (1,) * 5 + (-1,) * 3, "Chance alone would do that more than one time in twenty"),
        ("a" * 8, (1,) * 8, "They are to 1 prompt, and it takes 6"),
    ],
)
def test_a_policy_is_as_sure_as_its_prompts_allow(prompts, change, says):
    """Eight answers to one prompt are no proof, eight to eight prompts are."""

    def look(step: int, rewards: tuple[float, ...]) -> Examined:
        return Examined(step, answers(*prompts), rewards, 0.0, 1.0, 1.0)

    assert says in _how_sure(look(0, (0.0,) * 8), look(9, tuple(map(float, change))))
