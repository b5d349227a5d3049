"""Questions: those of the quiz have a chapter and reasons; neither these nor a chapter's are given away by length or
place."""

from __future__ import annotations

from collections import Counter

import pytest

from lib.curriculum import COURSE, Question, chapters
from lib.lesson.quiz.numbers import computed
from lib.lesson.quiz.questions import quiz, topics

ALL = list(quiz().values())
IN_CHAPTERS = [one for each in chapters() for one in (each.predict, *each.questions) if one is not None]
STANDS_OUT = 1.2
"""So much longer than the next longest that a student sees it without reading."""
both = pytest.mark.parametrize("asked", [[each.asked for each in ALL], IN_CHAPTERS], ids=["quiz", "chapters"])


@pytest.mark.parametrize("each", ALL, ids=lambda each: each.id)
def test_a_question_has_a_chapter_and_a_reason_for_every_option(each):
    assert any(each.topic in slugs for slugs in COURSE.values())
    assert len(each.asked.options) >= 3
    assert len({option.text for option in each.asked.options}) == len(each.asked.options)
    assert all(option.why.endswith(".") and len(option.why) > 10 for option in each.asked.options)
    lengths = [len(option.text) for option in each.asked.options]
    assert max(lengths) <= 2 * min(lengths) + 4


@pytest.mark.parametrize("each", [each for each in ALL if each.computed], ids=lambda each: each.id)
def test_a_number_that_is_right_is_what_the_app_computes(each):
    value = computed(each.computed)
    assert [option.correct for option in each.asked.options if option.text.startswith(value)] == [True]


def test_a_hundred_questions_and_every_chapter_that_teaches_is_asked_about():
    assert len(ALL) >= 100
    assert len({each.asked.question for each in ALL}) == len(ALL)
    lessons = {slug for group, slugs in COURSE.items() if group not in ("Start", "Wrap-up") for slug in slugs}
    assert len(lessons & set(topics())) >= 30


@both
def test_the_longest_option_is_right_no_more_often_than_by_chance(asked):
    given_away = [one for one in asked if _right_one_is_the_longest(one)]
    assert len(given_away) / len(asked) < 1 / 3


@both
def test_an_option_that_stands_out_by_its_length_is_neither_the_right_one_nor_a_wrong_one_as_a_rule(asked):
    seen = [one for one in asked if _longest_stands_out(one)]
    assert 1 / 8 < sum(_right_one_is_the_longest(one) for one in seen) / len(seen) < 1 / 2


def _right_one_is_the_longest(asked: Question) -> bool:
    *_, second, longest = sorted(len(option.text) for option in asked.options)
    return longest > second and any(option.correct for option in asked.options if len(option.text) == longest)


def _longest_stands_out(asked: Question) -> bool:
    *_, second, longest = sorted(len(option.text) for option in asked.options)
    return longest >= STANDS_OUT * second


def test_the_right_option_of_a_chapter_s_question_stands_in_every_place_about_as_often():
    """They are shown, on the projector by letter, in the order in which they are written."""
    places = Counter(next(at for at, option in enumerate(one.options) if option.correct) for one in IN_CHAPTERS)
    assert all(abs(places[at] / len(IN_CHAPTERS) - 1 / 3) < 0.05 for at in range(3))


def test_where_the_right_option_stands_is_left_to_the_seed():
    places = Counter(
        next(at for at, option in enumerate(each.shuffled(seed)) if option.correct)
        for each in ALL
        for seed in range(20)
    )
    assert all(abs(places[at] / sum(places.values()) - 1 / 3) < 0.05 for at in range(3))
    assert [each.shuffled(3) for each in ALL] == [each.shuffled(3) for each in ALL]
