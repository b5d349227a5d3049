"""A room that an older version of the app has made goes on where it was after the upgrade."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from lib.classroom import answers, members, questions, rooms
from lib.classroom.entering.keys import fingerprint
from lib.classroom.experiments import sweep
from lib.classroom.records import Stage
from lib.classroom.storage.database import Database
from lib.classroom.storage.migrations.upgrade import config
from tests.unit.classroom.postgresql import PostgreSQL, postgresql
from tests.unit.classroom.room import PART, SLUG, browser

STEPS = ScriptDirectory.from_config(config())
OLDER = [step.revision for step in STEPS.walk_revisions() if step.revision != STEPS.get_current_head()]
CODE, KEY = "KPEAT", "the key"
INSTRUCTOR, MEI, RAJ = browser(), browser(), browser()
FAR_S = 4_000_000_000.0
AS_IT_WAS = {
    "rooms": [{"code": CODE, "key_fingerprint": fingerprint(CODE, KEY), "opened_at_s": 1.8e9, "ends_at_s": FAR_S}],
    "leaders": [{"room_id": 1, "browser": fingerprint(CODE, INSTRUCTOR)}],
    "members": [
        {"room_id": 1, "browser": fingerprint(CODE, who), "number": number, "name": name}
        for number, (who, name) in enumerate([(MEI, "Mei"), (RAJ, "Raj")], start=1)
    ],
    "questions": [
        {
            "room_id": 1,
            "number": 1,
            "slug": SLUG,
            "part": PART,
            "question": "Which token comes next?",
            "choices": json.dumps([{"text": word, "correct": word == "kopi", "why": word} for word in ("kopi", "teh")]),
            "stage": "voting",
            "voted_again": False,
            "was_shown": False,
        }
    ],
    "answers": [{"question_id": 1, "member_id": 1, "round": 1, "choice": 1, "let_through": False}],
}
"""Rows of the very first version; a later one may fill in what it adds, and must take these as they are."""


@pytest.fixture(scope="module")
def server() -> Iterator[PostgreSQL]:
    with postgresql() as started:
        yield started


@pytest.fixture
def empty_sqlite(tmp_path) -> str:
    return f"sqlite:///{tmp_path}/rooms.sqlite"


@pytest.fixture
def empty_postgres(server: PostgreSQL) -> str:
    engine = sa.create_engine(server.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text("DROP DATABASE IF EXISTS older"))
        connection.execute(sa.text("CREATE DATABASE older"))
    engine.dispose()
    return server.url.rsplit("/", 1)[0] + "/older"


def made_by_version(url: str, revision: str) -> None:
    """A database as the version with this newest step left it, with a room in the middle of a vote."""
    engine, settings = sa.create_engine(url), config()
    with engine.connect() as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, revision)
        tables = sa.MetaData()
        tables.reflect(connection)
        for name, rows in AS_IT_WAS.items():
            connection.execute(sa.insert(tables.tables[name]), rows)
        connection.commit()
    engine.dispose()


@pytest.mark.parametrize("revision", OLDER)
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_room_of_every_older_version_goes_on(kind, revision, request):
    url = request.getfixturevalue(f"empty_{kind}")
    made_by_version(url, revision)
    db = Database(url)
    assert rooms.room(db, CODE).members == 2
    assert rooms.led_by(db, INSTRUCTOR).code == CODE
    assert members.room_of(db, RAJ)[1].name == "Raj"
    assert questions.current(db, CODE).stage is Stage.VOTING
    assert answers.own_answer(db, CODE, MEI, 1) == (1, None)

    answers.answer(db, CODE, RAJ, 1, 0)
    questions.move(db, CODE, INSTRUCTOR, 1, Stage.SHOWN)
    assert answers.tally(db, CODE, 1).first == (1, 1)
    late = browser()
    rooms.lead(db, CODE, KEY, late)
    asked = sweep.open_sweep(db, CODE, late, "12")
    assert sweep.deal(db, CODE, MEI, asked.number) is not None
    rooms.delete_room(db, CODE, late)
    assert members.room_of(db, MEI) is None
    db.close()


def test_there_is_an_older_version():
    assert OLDER
