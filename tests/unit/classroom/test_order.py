"""A flood is refused and others go on, across two web processes; rooms that are over go by themselves."""

from __future__ import annotations

import sqlite3
import subprocess
import sys

import pytest
import sqlalchemy as sa

from lib.classroom import answers, members, questions, rooms
from lib.classroom.entering import limits
from lib.classroom.errors import RoomError, RoomsUnreachable, TooOften
from lib.classroom.order import clock, purging, visits
from lib.classroom.records import ROOM_LIVES_S
from lib.classroom.storage.tables import visits as table
from lib.places import ROOT
from tests.unit.classroom.room import PART, SLUG, browser, room_with
from tests.waiting import wait_until


@pytest.fixture(autouse=True)
def unlimited_in_memory(monkeypatch):
    monkeypatch.setattr(limits.Limit, "spend", lambda *_: None)


@pytest.fixture(autouse=True)
def one_minute(monkeypatch):
    monkeypatch.setattr(clock, "time_of_day_s", lambda: 1_800_000_000.0)


def test_a_browser_that_floods_two_processes_is_refused_and_others_go_on(two_on_sqlite):
    code, _, (flooding, other) = room_with(two_on_sqlite[0], 2)
    for number in range(visits.BROWSER_A_MINUTE):
        answers.answer(two_on_sqlite[number % 2], code, flooding, 1, number % 3, address="10.0.0.1")
    for db in two_on_sqlite:
        with pytest.raises(TooOften, match="60 times within a minute"):
            answers.answer(db, code, flooding, 1, 0, address="10.0.0.1")
        answers.answer(db, code, other, 1, 1, address="10.0.0.1")
    assert answers.own_answer(two_on_sqlite[0], code, flooding, 1)[0] == (visits.BROWSER_A_MINUTE - 1) % 3
    assert answers.turnout(two_on_sqlite[1], code, 1).answered == 2


def test_an_address_that_sends_ever_new_students_is_refused_and_others_join(two_on_sqlite, monkeypatch):
    monkeypatch.setattr(visits, "JOINS_A_MINUTE", 6)
    code, _, _ = room_with(two_on_sqlite[0], 0)
    for number in range(6):
        members.join(two_on_sqlite[number % 2], code, browser(), "Flood", address="203.0.113.9")
    with pytest.raises(TooOften, match="joined from your network"):
        members.join(two_on_sqlite[0], code, browser(), "Flood", address="203.0.113.9")
    members.join(two_on_sqlite[1], code, browser(), "Student", address="203.0.113.10")
    assert rooms.room(two_on_sqlite[0], code).members == 7


def test_an_address_is_refused_in_one_room_only_and_for_a_minute(two_on_sqlite, monkeypatch):
    monkeypatch.setattr(visits, "ADDRESS_A_MINUTE", 3)
    code, _, students = room_with(two_on_sqlite[0], 4)
    elsewhere, _, (guest,) = room_with(two_on_sqlite[0], 1)
    for each in students[:3]:
        answers.answer(two_on_sqlite[0], code, each, 1, 0, address="10.0.0.1")
    with pytest.raises(TooOften, match="from your network"):
        answers.answer(two_on_sqlite[1], code, students[3], 1, 0, address="10.0.0.1")
    answers.answer(two_on_sqlite[1], elsewhere, guest, 1, 0, address="10.0.0.1")
    monkeypatch.setattr(clock, "time_of_day_s", lambda: 1_800_000_060.0)
    answers.answer(two_on_sqlite[1], code, students[3], 1, 0, address="10.0.0.1")


def test_no_address_is_kept_as_it_is_and_old_counts_go(two_on_sqlite, monkeypatch):
    code, _, (student,) = room_with(two_on_sqlite[0], 1)
    answers.answer(two_on_sqlite[0], code, student, 1, 0, address="10.0.0.1")
    monkeypatch.setattr(clock, "time_of_day_s", lambda: 1_800_000_200.0)
    answers.answer(two_on_sqlite[0], code, student, 1, 1, address="10.0.0.1")
    with two_on_sqlite[0].reading() as connection:
        rows = connection.execute(sa.select(table)).all()
    assert {row.minute for row in rows} == {1_800_000_200 // 60}
    assert "10.0.0.1" not in str(rows)
    assert student not in str(rows)


def test_rooms_that_are_over_go_with_all_that_is_in_them_and_others_stay(two_on_sqlite):
    db, now_s = two_on_sqlite[0], 1_800_000_000.0
    instructor, student = browser(), browser()
    old, _ = rooms.open_room(db, instructor, now_s - ROOM_LIVES_S + 60)
    members.join(db, old.code, student, "S", now_s)
    questions.ask(db, old.code, instructor, SLUG, PART)
    answers.answer(db, old.code, student, 1, 0, address="10.0.0.1")
    alive, _, _ = room_with(db, 1)
    assert purging.purge(db.url, now_s) == 0
    assert purging.purge(db.url, now_s + 60) == 1
    with sqlite3.connect(db.url.removeprefix("sqlite:///")) as connection:
        left = {
            name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
            for name in ("rooms", "leaders", "members", "questions", "answers", "visits")
        }
    assert left == {"rooms": 1, "leaders": 1, "members": 1, "questions": 1, "answers": 0, "visits": 0}
    assert rooms.room(two_on_sqlite[1], alive).members == 1


def test_a_thread_purges_without_anybody_opening_a_room(two_on_sqlite, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", two_on_sqlite[0].url)
    rooms.open_room(two_on_sqlite[0], browser(), 1000.0)
    thread = purging.Purging(every_s=0.02)

    def gone() -> bool:
        with sqlite3.connect(two_on_sqlite[0].url.removeprefix("sqlite:///")) as connection:
            return connection.execute("SELECT count(*) FROM rooms").fetchone()[0] == 0

    wait_until(gone, "the room's end")
    thread.close()
    assert not thread._thread.is_alive()


def test_nothing_is_purged_where_there_is_nothing(tmp_path):
    assert purging.purge(f"sqlite:///{tmp_path}/none.sqlite") == 0
    (tmp_path / "empty.sqlite").touch()
    assert purging.purge(f"sqlite:///{tmp_path}/empty.sqlite") == 0
    (tmp_path / "broken.sqlite").write_text("no database at all, and long enough to be read as one " * 40)
    with pytest.raises(RoomsUnreachable):
        purging.purge(f"sqlite:///{tmp_path}/broken.sqlite")


def test_purging_imports_no_sqlalchemy():
    code = (
        "import sys; from lib.classroom.order.purging import purge; purge('sqlite:////nowhere/none'); "
        "sys.exit('sqlalchemy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_an_answer_that_is_refused_is_not_counted(two_on_sqlite):
    code, _, (student,) = room_with(two_on_sqlite[0], 1)
    for _ in range(visits.BROWSER_A_MINUTE + 5):
        with pytest.raises(RoomError, match="none of this question's answers"):
            answers.answer(two_on_sqlite[0], code, student, 1, 99)
    answers.answer(two_on_sqlite[0], code, student, 1, 0)
