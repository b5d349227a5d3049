"""The server's clock is set ahead or back in the middle of a lesson: rooms, floods and lost runs are as before."""

from __future__ import annotations

import pytest

from lib.classroom import answers, members, questions, rooms
from lib.classroom.errors import NoSuchRoom, TooOften
from lib.classroom.experiments import sweep
from lib.classroom.order import clock, purging, visits
from lib.classroom.records import ROOM_LIVES_S
from tests.unit.classroom.room import PART, SLUG, browser, room_with

DAY_S = 24 * 3600.0
JUMPS = pytest.mark.parametrize("by_s", [2 * DAY_S, -2 * DAY_S, 400 * DAY_S, -400 * DAY_S, 3601.0, -3601.0])


class Machine:
    """A machine's two clocks: the system's, which can be set, and the one that only runs forward."""

    def __init__(self) -> None:
        self.system_s, self.steady_s = 1_800_000_000.0, 500.0

    def pass_by(self, seconds: float) -> None:
        self.system_s += seconds
        self.steady_s += seconds


@pytest.fixture
def machine(monkeypatch) -> Machine:
    made = Machine()
    ours = clock.Clock(lambda: made.system_s, lambda: made.steady_s)
    monkeypatch.setattr(clock, "time_of_day_s", ours.now_s)
    return made


@JUMPS
def test_a_room_lives_its_day_and_no_longer(machine, shared, by_s):
    code, instructor, (student,) = room_with(shared, 1)
    machine.pass_by(60)
    machine.system_s += by_s
    assert purging.purge(shared.url) == 0
    answers.answer(shared, code, student, 1, 0)
    assert rooms.led_by(shared, instructor).code == code
    assert members.room_of(shared, student)[0] == code
    machine.pass_by(ROOM_LIVES_S - 61)
    assert rooms.room(shared, code).members == 1
    machine.pass_by(1)
    with pytest.raises(NoSuchRoom):
        rooms.room(shared, code)
    assert purging.purge(shared.url) == 1


@JUMPS
def test_a_flood_is_refused_across_the_jump_and_others_are_not(machine, shared, by_s):
    code, _, (flooding, other) = room_with(shared, 2)
    for number in range(visits.BROWSER_A_MINUTE):
        answers.answer(shared, code, flooding, 1, number % 3)
        if number % 15 == 14:  # keep clear of the limit in memory, which is another's
            answers.ANSWERING.forget()
    machine.system_s += by_s
    with pytest.raises(TooOften, match="60 times within a minute"):
        answers.answer(shared, code, flooding, 1, 0)
    answers.answer(shared, code, other, 1, 1)
    machine.pass_by(60)
    answers.answer(shared, code, flooding, 1, 0)


@JUMPS
def test_a_cell_that_runs_is_not_taken_for_lost(machine, shared, by_s):
    code, instructor, (student,) = room_with(shared, 1, part=None)
    number = sweep.open_sweep(shared, code, instructor, "12").number
    own = sweep.deal(shared, code, student, number)
    sweep.start_own_cell(shared, code, student, number)
    machine.pass_by(30)
    machine.system_s += by_s
    rest = sweep.start_the_rest(shared, code, instructor, number)
    assert own.number not in [cell[0] for cell in rest.cells]
    machine.pass_by(sweep.LOST_AFTER_S)
    again = sweep.start_the_rest(shared, code, instructor, number)
    assert own.number in [cell[0] for cell in again.cells], "now it has told nothing for too long"


def test_a_correction_by_a_time_server_is_followed(machine):
    began_s = clock.time_of_day_s()
    for _ in range(10):
        machine.pass_by(600)
        machine.system_s += 0.5
    assert clock.time_of_day_s() - began_s == pytest.approx(6005)


def test_set_ahead_and_back_again_is_where_it_was(machine):
    began_s = clock.time_of_day_s()
    for by_s in (DAY_S, -DAY_S, -3 * DAY_S, 3 * DAY_S):
        machine.system_s += by_s
        clock.time_of_day_s()
    assert clock.time_of_day_s() == began_s


def test_the_steady_clock_never_runs_back():
    seen = [clock.steady_s() for _ in range(100)]
    assert seen == sorted(seen)


def test_a_room_of_before_takes_questions_after_the_jump(machine, shared):
    code, instructor, (student,) = room_with(shared, 1)
    machine.system_s -= 400 * DAY_S
    questions.ask(shared, code, instructor, SLUG, PART)
    late = browser()
    members.join(shared, code, late, "Late")
    answers.answer(shared, code, student, 2, 0)
    answers.answer(shared, code, late, 2, 1)
    assert answers.turnout(shared, code, 2).answered == 2
