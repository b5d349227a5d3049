"""A copy of all rooms holds them, and nothing is overwritten."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from contextlib import closing

import pytest

from lib.classroom import rooms as of_rooms
from lib.classroom.errors import NoSuchRoom, RoomsUnreachable
from lib.classroom.storage.backup import back_up
from lib.classroom.storage.database import Database
from tests.unit.classroom.postgresql import postgresql
from tests.unit.classroom.room import browser


def test_a_copy_made_while_the_app_writes_holds_what_is_committed(tmp_path):
    rooms, copy = tmp_path / "rooms.sqlite", tmp_path / "copy.sqlite"
    db = Database(f"sqlite:///{rooms}")
    with db.writing() as connection:
        connection.exec_driver_sql("CREATE TABLE said (text TEXT)")
        connection.exec_driver_sql("INSERT INTO said VALUES ('kopi o')")
    with db.writing() as connection:
        connection.exec_driver_sql("INSERT INTO said VALUES ('half an answer')")
        back_up(f"sqlite:///{rooms}", copy)
    db.close()
    with closing(sqlite3.connect(copy)) as opened:
        assert opened.execute("SELECT text FROM said").fetchall() == [("kopi o",)]
        assert opened.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)


def test_an_older_copy_is_not_replaced(tmp_path):
    copy = tmp_path / "copy.sqlite"
    copy.write_text("yesterday")
    with pytest.raises(RoomsUnreachable, match="exists already"):
        back_up(f"sqlite:///{tmp_path}/rooms.sqlite", copy)
    assert copy.read_text() == "yesterday"


def test_without_rooms_or_with_a_broken_file_nothing_is_written(tmp_path):
    rooms, copy = tmp_path / "rooms.sqlite", tmp_path / "copy.sqlite"
    with pytest.raises(RoomsUnreachable, match="No room has ever been opened"):
        back_up(f"sqlite:///{rooms}", copy)
    rooms.write_bytes(b"no database at all, but long enough to be read as one" * 20)
    with pytest.raises(RoomsUnreachable, match="could not be copied"):
        back_up(f"sqlite:///{rooms}", copy)
    assert not copy.exists()


def test_a_copy_of_sqlite_is_put_in_the_place_of_its_rooms(tmp_path):
    rooms, copy = tmp_path / "rooms.sqlite", tmp_path / "copy.sqlite"
    db = Database(f"sqlite:///{rooms}")
    instructor = browser()
    kept, _ = of_rooms.open_room(db, instructor)
    back_up(f"sqlite:///{rooms}", copy)
    of_rooms.delete_room(db, kept.code, instructor)
    db.close()
    for each in tmp_path.glob("rooms.sqlite*"):
        each.unlink()
    shutil.copy(copy, rooms)
    db = Database(f"sqlite:///{rooms}")
    assert of_rooms.led_by(db, instructor) == kept
    db.close()


def test_a_copy_of_postgresql_is_put_back(tmp_path):
    if shutil.which("pg_dump") is None or shutil.which("pg_restore") is None:
        pytest.skip("pg_dump and pg_restore are not on the path here")
    copy = tmp_path / "copy.dump"
    with postgresql() as server:
        db = Database(server.url)
        instructor = browser()
        kept, _ = of_rooms.open_room(db, instructor)
        back_up(server.url, copy)
        of_rooms.delete_room(db, kept.code, instructor)
        with pytest.raises(NoSuchRoom):
            of_rooms.room(db, kept.code)
        plain = server.url.replace("+psycopg", "")
        subprocess.run(["pg_restore", "--clean", "--if-exists", f"--dbname={plain}", str(copy)], check=True)
        assert of_rooms.led_by(db, instructor) == kept
        db.close()
