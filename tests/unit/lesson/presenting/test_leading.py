"""A projector and its second screen: who sees whom, where both lead, and the time that is spent."""

from __future__ import annotations

import pytest

from lib import curriculum
from lib.lesson.presenting.errors import PresentingError
from lib.lesson.presenting.leading import FOLLOWED_S, MOST, Projectors, Screen, Stage
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


def test_a_lead_that_comes_while_the_projector_draws_is_not_undone_by_what_it_drew(projectors):
    known = projectors.show("owner", Stage("kv_cache", 1)).moves
    projectors.lead(projectors.of("owner").code, Stage("kv_cache", 1, revealed=True))
    told = projectors.show("owner", Stage("kv_cache", 1), known)
    assert told.stage.revealed
    assert told.moves == known + 1  # there is something to catch up with
    assert projectors.show("owner", Stage("kv_cache", 2), told.moves).stage == Stage("kv_cache", 2)


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


def test_the_second_screen_turns_through_the_screens_of_a_step_before_it_goes_on(projectors):
    code = projectors.show("owner", Stage("kv_cache", 1)).code
    projectors.tell_screen("owner", Screen(1, 3, "kv_cache 1", 0))
    for number, turns in ((2, 1), (3, 2)):
        projectors.turn(code, 1)
        seen = projectors.of("owner")
        assert (seen.screen.number, seen.turns, seen.stage, seen.moves) == (number, turns, Stage("kv_cache", 1), 0)
    projectors.turn(code, 1)
    assert projectors.of("owner").stage == Stage("kv_cache", 2)
    assert projectors.of("owner").screen == Screen(1, 1)  # until its browser tells
    projectors.turn(code, -1)
    assert projectors.of("owner").stage == Stage("kv_cache", 1)


def test_what_a_browser_tells_late_of_its_screen_is_passed_over(projectors):
    code = projectors.show("owner", Stage("kv_cache", 1)).code
    projectors.tell_screen("owner", Screen(1, 3, "kv_cache 1", 0))
    projectors.turn(code, 1)
    projectors.tell_screen("owner", Screen(1, 3, "kv_cache 1", 0))  # sent before it was turned
    projectors.tell_screen("owner", Screen(9, 9, "prompting 1", 1))  # of another step
    assert projectors.of("owner").screen.number == 2
    projectors.tell_screen("owner", Screen(3, 3, "kv_cache 1", 1))  # a clicker went on meanwhile
    assert projectors.of("owner").beyond(1) == Stage("kv_cache", 2)


def test_beyond_either_end_of_the_course_there_is_nothing(projectors):
    first, last = curriculum.chapters()[0], curriculum.chapters()[-1]
    code = projectors.show("owner", Stage(first.slug, 0)).code
    assert projectors.of("owner").beyond(-1) is None
    projectors.turn(code, -1)
    assert projectors.of("owner").moves == 0
    projectors.show("owner", Stage(last.slug, len(steps_of(last)) - 1))
    assert projectors.of("owner").beyond(1) is None
