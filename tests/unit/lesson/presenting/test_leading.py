"""A projector and its second screen: who sees whom, where both lead, and the time that is spent."""

from __future__ import annotations

import pytest

from lib import curriculum
from lib.lesson.presenting.errors import PresentingError
from lib.lesson.presenting.leading import FOLLOWED_S, MOST, Projectors, Stage
from lib.lesson.presenting.notes import notes, pace
from lib.lesson.presenting.steps import beside, steps_of


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def projectors(clock: Clock) -> Projectors:
    return Projectors(clock)


def test_the_second_screen_sees_and_leads_by_the_code(projectors):
    code = projectors.show("owner", Stage("kv_cache", 0)).code
    assert projectors.followed(f" {code.lower()} ").stage == Stage("kv_cache", 0)
    projectors.lead(code, Stage("kv_cache", 2))
    led = projectors.of("owner")
    assert (led.stage.place, led.moves) == (2, 1)
    # What the projector then shows is what it was told to: no further move.
    assert projectors.show("owner", Stage("kv_cache", 2)).moves == 1


@pytest.mark.parametrize("code", ["", "AAAAAAAAAA", "owner", "K" * 5000, "é\x00"])
def test_a_wrong_code_leads_nothing(projectors, code):
    projectors.show("owner", Stage("kv_cache", 0))
    for act in (projectors.followed, projectors.spent_s, projectors.restart_clock):
        with pytest.raises(PresentingError):
            act(code)
    with pytest.raises(PresentingError):
        projectors.lead(code, Stage("kv_cache", 1))
    assert projectors.of("owner").moves == 0


def test_nobody_leads_another_s_projector(projectors):
    mine = projectors.show("me", Stage("kv_cache", 0)).code
    assert projectors.show("you", Stage("prompting", 0)).code != mine
    projectors.lead(mine, Stage("policy", 1))
    assert projectors.of("you").stage == Stage("prompting", 0)
    assert projectors.of("nobody") is None


def test_time_is_counted_by_chapter(projectors, clock):
    code = projectors.show("owner", Stage("kv_cache", 0)).code
    clock.now_s += 60
    projectors.lead(code, Stage("kv_cache", 1))
    clock.now_s += 30
    projectors.lead(code, Stage("prompting", 0))
    clock.now_s += 5
    assert projectors.spent_s(code) == {"kv_cache": 90.0, "prompting": 5.0}
    projectors.restart_clock(code)
    assert projectors.spent_s(code) == {"prompting": 0.0}


def test_a_second_screen_that_asks_no_more_is_gone(projectors, clock):
    code = projectors.show("owner", Stage("kv_cache", 0)).code
    assert not projectors.is_followed("owner")
    projectors.followed(code)
    assert projectors.is_followed("owner")
    clock.now_s += FOLLOWED_S
    assert not projectors.is_followed("owner")


def test_only_so_many_are_remembered(projectors):
    for number in range(MOST + 5):
        projectors.show(str(number), Stage("kv_cache", 0))
    assert projectors.of("4") is None
    assert projectors.of("5") is not None


def test_every_step_of_the_course_lies_beside_the_next():
    place = curriculum.chapters()[0].slug, 0
    visited = [place]
    while (place := beside(*place, 1)) is not None:
        assert beside(*place, -1) == visited[-1]
        visited.append(place)
    assert len(visited) == sum(len(steps_of(chapter)) for chapter in curriculum.chapters())


def test_pace_of_a_lesson():
    slugs = [chapter.slug for chapter in curriculum.chapters()][1:3]
    first_s, second_s = (notes()[slug].minutes * 60 for slug in slugs)
    told = pace(slugs[1], {slugs[0]: first_s + 120, slugs[1]: 60.0})
    assert told.planned_s == first_s + second_s
    assert told.behind_s == 120
    # Nothing left of the plan: every second more is one behind.
    assert pace(slugs[1], {slugs[0]: first_s, slugs[1]: second_s + 30}).behind_s == 30
