"""Who may do what in a room, how long it lives, and what is kept of anybody."""

from __future__ import annotations

import random
import sqlite3

import pytest
from sqlalchemy import text

from lib.classroom import answers, members, questions, rooms
from lib.classroom.entering import limits
from lib.classroom.entering.keys import LETTERS, clean_code, new_code, new_key
from lib.classroom.entering.names import clean_name, made_up_name
from lib.classroom.errors import NoSuchRoom, NotTheInstructor, RoomError, RoomsUnreachable, TooOften
from lib.classroom.records import ROOM_LIVES_S, Stage
from lib.classroom.storage.database import Database
from tests.unit.classroom.room import PART, SLUG, browser, room_with


def test_a_code_as_people_type_it():
    code = new_code()
    assert clean_code(f" {code[:2].lower()}-{code[2:].lower()} ") == code
    for bad in ("", "ABCD", "ABCDEF", "ABCD1", "<script>", "ABC İ", "é" * 5, "A" * 100_000):
        with pytest.raises(RoomError, match="5 letters"):
            clean_code(bad)


def test_codes_and_keys_do_not_repeat_and_are_long_enough():
    assert len({new_key() for _ in range(1000)}) == 1000
    assert all(len(new_key()) == 22 for _ in range(20))  # 128 bits in base 64
    assert {letter for _ in range(400) for letter in new_code()} == set(LETTERS)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Kopi\tKing \n", "Kopi King"),
        ("<img src=x>", "<img src=x>"),  # kept as typed; a page shows every letter of it as a letter
        ("A\u202eB\x00C", "ABC"),
        ("咖啡", "咖啡"),
    ],
)
def test_a_name_is_one_visible_line(typed, kept):
    assert clean_name(typed) == kept


@pytest.mark.parametrize("typed", ["", "   ", "\u200b", "x" * 25])
def test_a_name_that_cannot_be_one_is_refused_in_a_sentence(typed):
    with pytest.raises(RoomError, match="name"):
        clean_name(typed)


def test_a_made_up_name_has_two_words_and_follows_its_seed():
    assert made_up_name(random.Random(7)) == made_up_name(random.Random(7))
    assert all(len(made_up_name(random.Random(seed)).split()) == 2 for seed in range(50))


def test_a_room_ends_after_a_day_and_goes_with_the_next_one_opened(shared):
    code, instructor, _ = room_with(shared, 1)
    opened = rooms.room(shared, code)
    assert opened.ends_at_s - opened.opened_at_s == ROOM_LIVES_S == 86_400
    rooms.room(shared, code, now_s=opened.ends_at_s - 1)
    with pytest.raises(NoSuchRoom):
        rooms.room(shared, code, now_s=opened.ends_at_s)
    assert rooms.led_by(shared, instructor, now_s=opened.ends_at_s) is None
    with shared.writing() as connection:
        connection.execute(text("UPDATE rooms SET ends_at_s = 1 WHERE code = :code"), {"code": code})
    rooms.open_room(shared, browser())
    assert rows_of_room(shared, code) == 0


def test_deleting_a_room_deletes_everything_in_it(shared):
    code, instructor, (student,) = room_with(shared, 1)
    answers.answer(shared, code, student, 1, 0)
    before = {table: count_of(shared, table) for table in ("leaders", "members", "questions", "answers")}
    rooms.delete_room(shared, code, instructor)
    after = {table: count_of(shared, table) for table in before}
    assert {table: before[table] - after[table] for table in before} == dict.fromkeys(before, 1)
    with pytest.raises(NoSuchRoom):
        members.join(shared, code, student, "Student")


def test_a_student_cannot_do_what_an_instructor_does(shared):
    code, _, (student,) = room_with(shared, 1)
    for attempt in (
        lambda: questions.ask(shared, code, student, SLUG, PART),
        lambda: questions.ask_in_words(shared, code, student, "Why so?"),
        lambda: questions.move(shared, code, student, 1, Stage.SHOWN),
        lambda: questions.reset(shared, code, student, 1),
        lambda: rooms.delete_room(shared, code, student),
        lambda: rooms.new_key_for(shared, code, student),
    ):
        with pytest.raises(NotTheInstructor):
            attempt()
    assert questions.current(shared, code).stage is Stage.VOTING


def test_one_room_s_instructor_is_nobody_in_another(shared):
    code, _, _ = room_with(shared, 0)
    _, other, _ = room_with(shared, 0)
    with pytest.raises(NotTheInstructor):
        rooms.delete_room(shared, code, other)


def test_the_key_lets_a_second_browser_lead_until_it_is_changed(shared):
    first, second = browser(), browser()
    opened, key = rooms.open_room(shared, first)
    for wrong in ("", new_key(), key[:-1], key.swapcase()):
        with pytest.raises(NotTheInstructor):
            rooms.lead(shared, opened.code, wrong, second)
    rooms.lead(shared, opened.code, f" {key} ", second)
    assert rooms.led_by(shared, second).code == opened.code

    fresh = rooms.new_key_for(shared, opened.code, first)
    assert rooms.led_by(shared, second) is None
    with pytest.raises(NotTheInstructor):
        rooms.lead(shared, opened.code, key, second)
    rooms.lead(shared, opened.code, fresh, second)


def test_keys_and_codes_cannot_be_tried_by_the_thousand(shared):
    opened, key = rooms.open_room(shared, browser())
    guesser = browser()
    for _ in range(limits.ENTERING.burst):
        with pytest.raises(NotTheInstructor):
            rooms.lead(shared, opened.code, new_key(), guesser)
    with pytest.raises(TooOften):  # also with the right one
        rooms.lead(shared, opened.code, key, guesser)
    rooms.lead(shared, opened.code, key, browser())


def test_a_bucket_fills_again_as_time_passes():
    now = 0.0
    limit = limits.Limit(burst=2, per_s=0.5, clock=lambda: now)
    limit.spend("a")
    limit.spend("a")
    limit.spend("b")
    with pytest.raises(TooOften):
        limit.spend("a")
    now = 2.0
    limit.spend("a")
    with pytest.raises(TooOften):
        limit.spend("a")


def test_whoever_joins_again_stays_who_they_were(shared):
    code, _, (student, _) = room_with(shared, 2)
    again = members.join(shared, code, student, "Another Name")
    assert (again.number, again.name) == (1, "Another Name")
    assert rooms.room(shared, code).members == 2
    assert members.room_of(shared, student) == (code, again)
    assert members.room_of(shared, browser()) is None


def test_who_leaves_is_gone_with_their_answers(shared):
    code, _, (student,) = room_with(shared, 1)
    answers.answer(shared, code, student, 1, 0)
    members.leave(shared, code, student)
    assert rooms.room(shared, code).members == 0
    assert answers.turnout(shared, code, 1).answered == 0


def test_the_database_holds_no_token_and_no_key(shared):
    instructor, student = browser(), browser()
    opened, key = rooms.open_room(shared, instructor)
    members.join(shared, opened.code, student, "Nobody")
    file = shared.url.removeprefix("sqlite:///")
    with sqlite3.connect(file) as plain:
        everything = "\n".join(plain.iterdump())
    plain.close()
    assert "Nobody" in everything
    for secret in (instructor, student, key):
        assert secret not in everything


def test_a_database_that_cannot_be_reached_is_said_in_a_sentence(tmp_path):
    (tmp_path / "a-file").write_text("not a folder")
    db = Database(f"sqlite:///{tmp_path}/a-file/rooms.sqlite")
    with pytest.raises(RoomsUnreachable, match="try again"):
        rooms.open_room(db, browser())


def count_of(db, table: str) -> int:
    with db.reading() as connection:
        return connection.execute(text(f"SELECT count(*) FROM {table}")).scalar()


def rows_of_room(db, code: str) -> int:
    with db.reading() as connection:
        return connection.execute(text("SELECT count(*) FROM rooms WHERE code = :code"), {"code": code}).scalar()
