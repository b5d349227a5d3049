"""Every message that reaches a room, made of what nobody should send: refused in a sentence, or kept as it is."""

from __future__ import annotations

from contextlib import suppress

import pytest

from lib.classroom import answers, members, questions, rooms
from lib.classroom.errors import RoomError
from lib.classroom.records import Stage
from tests.hostile import VALUES
from tests.unit.classroom.room import browser, room_with

NUMBERS = (-1, 0, 10**9)


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_nonsense_is_refused_or_kept_and_the_room_goes_on(shared, value):
    code, instructor, students = room_with(shared, 1)
    stranger = browser()
    messages = (
        lambda: rooms.room(shared, value),
        lambda: rooms.lead(shared, value, value, stranger),
        lambda: rooms.lead(shared, code, value, stranger),
        lambda: rooms.new_key_for(shared, code, value),
        lambda: rooms.delete_room(shared, code, value),
        lambda: members.join(shared, value, stranger, value),
        lambda: members.join(shared, code, stranger, value),
        lambda: members.room_of(shared, value),
        lambda: questions.ask(shared, code, instructor, value, value),
        lambda: questions.ask_for_setting(shared, code, instructor, value),
        lambda: questions.move(shared, code, value, 1, Stage.SHOWN),
        lambda: answers.answer(shared, code, value, 1, 0),
        lambda: answers.answer_in_words(shared, code, students[0], 1, value),
        *(lambda n=n: answers.answer(shared, code, students[0], n, 0) for n in NUMBERS),
        *(lambda n=n: answers.answer(shared, code, students[0], 1, n) for n in (-1, 10**9)),
        *(lambda n=n: answers.let_through(shared, code, instructor, n, True) for n in NUMBERS),
    )
    for message in messages:
        with suppress(RoomError):
            message()
    with suppress(RoomError):
        asked = questions.ask_in_words(shared, code, instructor, f"In your words: {value}")
        answers.answer_in_words(shared, code, students[0], asked.number, value)
    asked = questions.ask(shared, code, instructor, "next_token", "check_1")
    answers.answer(shared, code, students[0], asked.number, 0)
    assert answers.turnout(shared, code, asked.number).answered == 1
