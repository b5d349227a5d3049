"""The quiz's questions: every one has a chapter, one right option, reasons, and no give-away by length or place."""

from __future__ import annotations

from collections import Counter

import pytest

from lib.curriculum import COURSE, Question, chapters
from lib.lesson.quiz.numbers import computed
from lib.lesson.quiz.questions import quiz, topics

ALL = list(quiz().values())


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


@pytest.mark.parametrize(
    "asked",
    [
        [each.asked for each in ALL],
        [one for each in chapters() for one in (each.predict, *each.questions) if one is not None],
    ],
    ids=["quiz", "chapters"],
)
def test_the_longest_option_is_right_no_more_often_than_by_chance(asked):
    given_away = [one for one in asked if _right_one_is_the_longest(one)]
    assert len(given_away) / len(asked) < 1 / 3


def _right_one_is_the_longest(asked: Question) -> bool:
    *_, second, longest = sorted(len(option.text) for option in asked.options)
    return longest > second and any(option.correct for option in asked.options if len(option.text) == longest)


def test_where_the_right_option_stands_is_left_to_the_seed():
    places = Counter(
        next(at for at, option in enumerate(each.shuffled(seed)) if option.correct)
        for each in ALL
        for seed in range(20)
    )
    assert all(abs(places[at] / sum(places.values()) - 1 / 3) < 0.05 for at in range(3))
    assert [each.shuffled(3) for each in ALL] == [each.shuffled(3) for each in ALL]
