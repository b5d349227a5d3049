"""Two web processes on one database: two engines on a SQLite file, and on a PostgreSQL that the test itself starts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from lib.classroom import answers, members, questions, rooms
from lib.classroom.errors import RoomsUnreachable, TooOften
from lib.classroom.experiments import sweep
from lib.classroom.order import clock, visits
from lib.classroom.overview import count_rooms
from lib.classroom.records import RoomsNow, Stage
from lib.classroom.storage import patience, tables
from lib.classroom.storage.database import Database
from lib.classroom.storage.migrations.upgrade import config
from lib.classroom.storage.tables import SCHEMA, metadata
from lib.classroom.storage.where import database_url, may_hold_rooms
from tests.unit.classroom.postgresql import PostgreSQL, postgresql
from tests.unit.classroom.room import PART, SLUG, browser, room_with
from tests.waiting import LIMIT_S, wait_until

STUDENTS = 12


@pytest.fixture(scope="module")
def server() -> Iterator[PostgreSQL]:
    with postgresql() as started:
        yield started


@pytest.fixture
def postgres(server: PostgreSQL) -> str:
    return server.url


@pytest.fixture
def two_on_postgres(postgres: str) -> Iterator[tuple[Database, Database]]:
    both = Database(postgres), Database(postgres)
    yield both
    for each in both:
        each.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_two_web_processes_deal_no_cell_twice_and_count_a_flood_together(kind, request, monkeypatch):
    both = request.getfixturevalue(f"two_on_{kind}")
    instructor = browser()
    code = rooms.open_room(both[0], instructor)[0].code
    students = [browser() for _ in range(STUDENTS)]
    for number, each in enumerate(students):
        members.join(both[number % 2], code, each, "S", address="10.0.0.1")
    asked = sweep.open_sweep(both[0], code, instructor, "12")
    with ThreadPoolExecutor(6) as pool:
        deals = [pool.submit(sweep.deal, both[at % 2], code, each, asked.number) for at, each in enumerate(students)]
        numbers = [each.result().number for each in deals]
    assert sorted(numbers) == list(range(STUDENTS))
    members.leave(both[1], code, students[0])
    late = browser()
    members.join(both[0], code, late, "Late")
    assert sweep.deal(both[0], code, late, asked.number).number == numbers[0]

    monkeypatch.setattr(visits, "BROWSER_A_MINUTE", 4)
    opened_at_s = rooms.room(both[0], code).opened_at_s
    monkeypatch.setattr(clock, "time_of_day_s", lambda: opened_at_s)  # one minute
    questions.ask(both[0], code, instructor, SLUG, PART)
    for number in range(4):
        answers.answer(both[number % 2], code, late, asked.number + 1, 0, address="10.0.0.1")
    for db in both:
        with pytest.raises(TooOften):
            answers.answer(db, code, late, asked.number + 1, 0, address="10.0.0.1")
    answers.answer(both[1], code, students[1], asked.number + 1, 1, address="10.0.0.1")


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_two_web_processes_serve_one_room(kind, request):
    one, other = request.getfixturevalue(f"two_on_{kind}")
    instructor = browser()
    code = rooms.open_room(one, instructor)[0].code
    students = [browser() for _ in range(STUDENTS)]
    with ThreadPoolExecutor(STUDENTS) as all_at_once:
        list(all_at_once.map(lambda n: members.join((one, other)[n % 2], code, students[n], f"S {n}"), range(STUDENTS)))
    assert rooms.room(other, code).members == STUDENTS
    questions.ask(other, code, instructor, SLUG, PART)
    assert questions.current(one, code).stage is Stage.VOTING

    def answer_twice(n: int) -> None:  # in two windows of one browser, one at each process
        for db in (one, other):
            answers.answer(db, code, students[n], 1, n % 3)

    with ThreadPoolExecutor(STUDENTS) as all_at_once:
        list(all_at_once.map(answer_twice, range(STUDENTS)))
    questions.move(one, code, instructor, 1, Stage.SHOWN)
    assert answers.tally(other, code, 1).first == (4, 4, 4)
    rooms.delete_room(other, code, instructor)
    assert rooms.led_by(one, instructor) is None


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_the_migrations_make_the_tables_that_the_app_knows(kind, request):
    db, _ = request.getfixturevalue(f"two_on_{kind}")
    rooms.open_room(db, browser())
    engine = sa.create_engine(db.url)
    with engine.connect() as connection:
        unlike = compare_metadata(MigrationContext.configure(connection), metadata)
    engine.dispose()
    assert unlike == []
    assert ScriptDirectory.from_config(config()).get_current_head() == SCHEMA


def test_a_database_that_is_up_to_date_is_left_as_it_is(two_on_sqlite):
    one, other = two_on_sqlite
    code = rooms.open_room(one, browser())[0].code
    assert rooms.room(other, code).code == code  # `other` finds the tables there, and leaves them


def test_sqlite_writes_ahead(two_on_sqlite):
    one, _ = two_on_sqlite
    with one.reading() as connection:
        assert connection.execute(sa.text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(sa.text("PRAGMA foreign_keys")).scalar() == 1


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_where_rooms_are_kept_is_the_operator_s_choice(monkeypatch, tmp_path, scheme):
    monkeypatch.setenv("DATABASE_URL", f"{scheme}://lab@db/rooms")
    assert database_url() == "postgresql+psycopg://lab@db/rooms"
    assert may_hold_rooms()
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert database_url() == f"sqlite:///{tmp_path}/.cache/finetuning-lab/rooms.sqlite"
    assert not may_hold_rooms()


def test_a_full_disk_is_said_and_what_was_kept_before_stays(two_on_sqlite):
    """SQLite's own limit on the pages of a file gives the error that a full disk gives (SQLITE_FULL)."""
    db, _ = two_on_sqlite
    code, _, students = room_with(db, 1)
    answers.answer(db, code, students[0], 1, 0)
    with db.writing() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")  # of this connection, the pool's only one

    def join_without_end() -> None:
        for number in range(500):
            members.join(db, code, browser(), f"Student {number}")

    with pytest.raises(RoomsUnreachable, match="disk on which rooms are kept is full"):
        join_without_end()
    before = rooms.room(db, code).members
    assert answers.own_answer(db, code, students[0], 1) == (0, None)
    with db.writing() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1000000")
    members.join(db, code, browser(), "Late")
    assert rooms.room(db, code).members == before + 1


def test_a_database_that_goes_away_is_said_and_used_again_when_it_is_back(server):
    db = Database(server.url)
    instructor, student = browser(), browser()
    code = rooms.open_room(db, instructor)[0].code
    members.join(db, code, student, "Kopi Peng")
    questions.ask(db, code, instructor, SLUG, PART)
    answers.answer(db, code, student, 1, 0)
    server.stop()
    try:
        for attempt in (lambda: answers.answer(db, code, student, 1, 1), lambda: questions.current(db, code)):
            with pytest.raises(RoomsUnreachable, match="nothing is lost, try again"):
                attempt()
    finally:
        server.start()
    assert answers.own_answer(db, code, student, 1) == (0, None)
    answers.answer(db, code, student, 1, 1)
    assert answers.own_answer(db, code, student, 1) == (1, None)
    db.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_an_operator_counts_all_rooms_in_one_query(kind, request):
    one, other = request.getfixturevalue(f"two_on_{kind}")
    before = count_rooms(one)
    code, instructor, _ = room_with(other, 3)
    room_with(other, 2, part=None)
    asked: list[str] = []
    sa.event.listen(one._engine, "before_cursor_execute", lambda *said: asked.append(said[2]))

    def since() -> RoomsNow:
        now = count_rooms(one)
        return RoomsNow(now.living - before.living, now.members - before.members, now.voting - before.voting)

    assert since() == RoomsNow(living=2, members=5, voting=1)
    assert len([each for each in asked if each.startswith("SELECT")]) == 1
    questions.move(other, code, instructor, 1, Stage.ARGUING)
    assert since() == RoomsNow(living=2, members=5, voting=0)
    questions.move(other, code, instructor, 1, Stage.VOTING_AGAIN)
    assert since() == RoomsNow(living=2, members=5, voting=1)
    questions.ask(other, code, instructor, "kv_cache", "check_1")
    assert since().voting == 1, "the question before is put away"
    assert count_rooms(one, now_s=rooms.room(one, code).ends_at_s + 60) == RoomsNow(0, 0, 0)


@pytest.fixture
def hasty(server, monkeypatch) -> Iterator[Database]:
    """Waits for a connection no longer than psycopg lets it."""
    monkeypatch.setattr(patience, "CONNECT_S", 2)
    db = Database(server.url)
    yield db
    db.close()


@contextmanager
def hanging(server: PostgreSQL) -> Iterator[None]:
    """The server hangs until the block ends, and is given up soon."""
    with pytest.MonkeyPatch.context() as patch, server.held():
        patch.setattr(patience, "ANSWER_S", 0.5)
        yield


def goes_on(db: Database, code: str) -> bool:
    try:
        return rooms.room(db, code).code == code
    except RoomsUnreachable:
        return False


def test_a_database_that_hangs_is_given_up_and_used_again_when_it_goes_on(server, hasty):
    code, instructor, (student,) = room_with(hasty, 1)
    answers.answer(hasty, code, student, 1, 0)
    late = browser()
    with hanging(server):
        for attempt in (
            lambda: answers.answer(hasty, code, student, 1, 1),
            lambda: members.join(hasty, code, late, "Late"),
            lambda: questions.current(hasty, code),
        ):
            with pytest.raises(RoomsUnreachable, match="nothing is lost, try again"):
                attempt()
    wait_until(lambda: goes_on(hasty, code), "an answer of the database")
    assert answers.own_answer(hasty, code, student, 1) == (0, None)
    answers.answer(hasty, code, student, 1, 1)
    members.join(hasty, code, late, "Late")
    questions.move(hasty, code, instructor, 1, Stage.SHOWN)
    assert answers.tally(hasty, code, 1).first == (0, 1, 0)
    assert rooms.room(hasty, code).members == 2


def hang_in_the_middle(server: PostgreSQL, db: Database, code: str) -> None:
    """Students are taken out of a room, and the server hangs before it is told that this is all."""
    with db.writing() as connection:
        connection.execute(sa.delete(tables.members))
        with hanging(server):
            connection.execute(sa.select(tables.rooms).where(tables.rooms.c.code == code))


def test_a_database_that_hangs_in_the_middle_keeps_all_or_nothing_and_holds_no_lock(server, hasty):
    code, _, (student,) = room_with(hasty, 1)
    with pytest.raises(RoomsUnreachable, match="nothing is lost, try again"):
        hang_in_the_middle(server, hasty, code)
    wait_until(lambda: goes_on(hasty, code), "an answer of the database")
    assert rooms.room(hasty, code).members == 1
    members.leave(hasty, code, student)  # waits for whoever still has that row
    assert rooms.room(hasty, code).members == 0


def test_a_statement_that_waits_for_another_s_lock_is_ended_by_the_server(server, monkeypatch):
    monkeypatch.setattr(patience, "SERVER_S", 1)
    db = Database(server.url)
    code, _, (student,) = room_with(db, 1)
    with db.writing() as connection:
        connection.execute(sa.select(tables.rooms).where(tables.rooms.c.code == code).with_for_update())
        with pytest.raises(RoomsUnreachable) as refused:
            members.join(db, code, browser(), "Late")
    assert isinstance(refused.value.__cause__.orig, psycopg.errors.QueryCanceled)
    answers.answer(db, code, student, 1, 0)
    db.close()


def test_what_the_address_says_of_a_connection_stands():
    ours = patience.connect_arguments(sa.make_url("postgresql+psycopg://lab@db/rooms"))
    assert set(ours) == {"connect_timeout", "tcp_user_timeout", "options"}
    theirs = sa.make_url("postgresql+psycopg://lab@db/rooms?connect_timeout=20&options=-c%20search_path%3Dlab")
    assert set(patience.connect_arguments(theirs)) == {"tcp_user_timeout"}


@pytest.mark.parametrize("used_before", [True, False])
def test_while_nothing_answers_one_at_a_time_asks_and_the_others_are_told_at_once(
    two_on_sqlite, monkeypatch, used_before
):
    one, other = two_on_sqlite
    code, _, _ = room_with(one, 1)
    db = one if used_before else other
    asked, refuses = [], threading.Event()

    def connect() -> None:
        asked.append(1)
        assert refuses.wait(LIMIT_S)
        raise sa.exc.OperationalError("", {}, OSError())

    def current() -> None:
        with pytest.raises(RoomsUnreachable, match="nothing is lost, try again"):
            questions.current(db, code)

    with monkeypatch.context() as patch, ThreadPoolExecutor(1) as pool:
        patch.setattr(db._engine, "connect", connect)
        refuses.set()
        current()
        refuses.clear()
        asking = pool.submit(current)
        wait_until(lambda: len(asked) == 2, "somebody who asks")
        for _ in range(3):
            current()
        assert len(asked) == 2
        refuses.set()
        asking.result(LIMIT_S)
    assert questions.current(db, code).stage is Stage.VOTING


class Door:
    """A lock that knows how many have come to it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.came: list[None] = []

    def acquire(self, blocking: bool) -> bool:
        self.came.append(None)
        return self._lock.acquire(blocking)

    def release(self) -> None:
        self._lock.release()


def test_a_first_use_that_gets_no_answer_is_told_all_who_wait_for_it(tmp_path, monkeypatch):
    db = Database(f"sqlite:///{tmp_path}/rooms.sqlite")
    asked, refuses, students, door = [], threading.Event(), 4, Door()

    def schema() -> None:
        asked.append(1)
        assert refuses.wait(LIMIT_S)
        raise sa.exc.OperationalError("", {}, OSError())

    def enter() -> None:
        with pytest.raises(RoomsUnreachable, match="nothing is lost, try again"):
            rooms.open_room(db, browser())

    with monkeypatch.context() as patch, ThreadPoolExecutor(students) as pool:
        patch.setattr(db, "_schema", schema)
        patch.setattr(db, "_asking", door)
        entering = [pool.submit(enter) for _ in range(students)]
        wait_until(lambda: len(door.came) == students, "all who wait")
        refuses.set()
        for each in entering:
            each.result(LIMIT_S)
    assert len(asked) == 1
    rooms.open_room(db, browser())
    db.close()
