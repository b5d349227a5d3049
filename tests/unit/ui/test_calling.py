"""Screens that wait for a room: who is called, when, and who is forgotten. The server is a stand-in."""

from __future__ import annotations

import pytest

from lib.classroom.errors import NoSuchRoom, RoomsUnreachable
from lib.ui.kit.server import calling
from lib.ui.kit.server.calling import Caller, Watch
from lib.ui.kit.server.streamlit_private import Place
from tests.waiting import wait_until

ONE, OTHER = Place("one", "f"), Place("other", "f")


class Room:
    """What stands in it, and how often that was looked at."""

    def __init__(self) -> None:
        self.stands: str | Exception = "voting"
        self.looks = 0

    def look(self) -> str:
        self.looks += 1
        if isinstance(self.stands, Exception):
            raise self.stands
        return self.stands


@pytest.fixture
def room(monkeypatch) -> Room:
    monkeypatch.setattr(calling, "APART_S", 0)
    return Room()


def waiting(room: Room, *places: Place, away: tuple[Place, ...] = ()) -> tuple[Caller, list[Place]]:
    called: list[Place] = []
    caller = Caller(called.append, lambda place: place not in away, every_s=3600)
    for place in places:
        caller.wait(place, Watch("room", room.look, "voting"))
    return caller, called


def test_one_look_serves_all_screens_and_none_is_called_before_something_changes(room):
    caller, called = waiting(room, ONE, OTHER)
    caller.look()
    assert (room.looks, called) == (1, [])
    room.stands = "arguing"
    caller.look()
    assert (room.looks, called) == (2, [ONE, OTHER])


def test_a_screen_is_called_until_it_has_drawn_itself_anew(room):
    caller, called = waiting(room, ONE)
    room.stands = "arguing"
    caller.look()
    caller.look()  # its page ran just then, so that the first call was not taken
    assert called == [ONE, ONE]
    caller.wait(ONE, Watch("room", room.look, "arguing"))
    caller.look()
    assert called == [ONE, ONE]


def test_a_room_that_is_over_is_told_and_one_that_does_not_answer_is_waited_for(room):
    caller, called = waiting(room, ONE)
    room.stands = RoomsUnreachable("It does not answer.")
    caller.look()
    assert called == []
    room.stands = NoSuchRoom("It is over.")
    caller.look()
    assert called == [ONE]


def test_who_is_not_connected_is_forgotten_and_nothing_is_looked_at_for_it(room):
    caller, called = waiting(room, ONE, away=(ONE,))
    room.stands = "arguing"
    caller.look()
    caller.look()
    assert (room.looks, called) == (0, [])


def test_the_thread_ends_when_nobody_waits_and_begins_anew(room):
    called: list[Place] = []
    caller = Caller(called.append, lambda _: True, every_s=0.01)
    for _ in range(2):
        room.stands = "arguing"
        caller.wait(ONE, Watch("room", room.look, "voting"))
        wait_until(lambda: called, "a call")
        caller.forget(ONE)
        wait_until(lambda: caller._thread is None, "the thread's end")
        called.clear()


def test_an_error_of_ours_does_not_end_the_thread(room, monkeypatch):
    errors = []
    monkeypatch.setattr(calling, "record_error", errors.append)
    caller = Caller(lambda _: None, lambda _: True, every_s=0.01)
    room.stands = ValueError("a fault")
    caller.wait(ONE, Watch("room", room.look, "voting"))
    wait_until(lambda: len(errors) > 1, "a second look")
    caller.forget(ONE)
