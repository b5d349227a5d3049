"""How often one browser, and one address, comes to a room in a minute: counted in the database, so that several web
processes count together.

A hall of students often has one address to the outside, so that an address may come far oftener than a browser. What is
kept of an address is a fingerprint with the room's own in it, for two minutes at most after its last visit while the
room is used, and until the next purge (`purging.py`) else.
"""

from __future__ import annotations

import sqlalchemy as sa

from lib.classroom.entering.keys import fingerprint
from lib.classroom.errors import TooOften
from lib.classroom.order import clock
from lib.classroom.storage.database import Database
from lib.classroom.storage.tables import visits

MINUTE_S = 60
BROWSER_A_MINUTE = 60
"""Answers of one browser."""
ADDRESS_A_MINUTE = 1500
"""Answers from one address: 500 students who change their mind twice."""
JOINS_A_MINUTE = 250
"""Students who join from one address: a large hall within a minute, and no room filled within one."""
STARTS_A_MINUTE = 6
"""Runs of a sweep's cells that one browser starts: each takes its place in the line of all."""


def count_answer(
    connection: sa.Connection, db: Database, room: sa.Row, browser: str, address: str | None, now_s: float | None = None
) -> None:
    """TooOften where this browser, or its address, has answered too often in this minute. Within the transaction that
    writes the answer: what is refused is not counted."""
    now_s = clock.time_of_day_s() if now_s is None else now_s
    if _count(connection, db, room, f"browser {browser}", now_s) > BROWSER_A_MINUTE:
        raise TooOften(f"This browser has answered {BROWSER_A_MINUTE} times within a minute; go on in the next one.")
    if address and _count(connection, db, room, f"address {address}", now_s) > ADDRESS_A_MINUTE:
        raise TooOften(
            f"{ADDRESS_A_MINUTE:,} answers have come from your network within a minute; try again in the next one."
        )


def count_join(
    connection: sa.Connection, db: Database, room: sa.Row, address: str | None, now_s: float | None = None
) -> None:
    """TooOften where too many have joined from this address in this minute."""
    now_s = clock.time_of_day_s() if now_s is None else now_s
    if address and _count(connection, db, room, f"join {address}", now_s) > JOINS_A_MINUTE:
        raise TooOften(
            f"{JOINS_A_MINUTE} students have joined from your network within a minute; try again in the next one."
        )


def count_start(connection: sa.Connection, db: Database, room: sa.Row, browser: str) -> None:
    """TooOften where this browser has started too many runs in this minute."""
    if _count(connection, db, room, f"start {browser}", clock.time_of_day_s()) > STARTS_A_MINUTE:
        raise TooOften(f"This browser has started {STARTS_A_MINUTE} runs within a minute; go on in the next one.")


def _count(connection: sa.Connection, db: Database, room: sa.Row, client: str, now_s: float) -> int:
    """One more visit in this minute; how many there are now."""
    minute = int(now_s // MINUTE_S)
    kept = fingerprint(f"{room.code}:{room.key_fingerprint}", client)
    visit = db.insert(visits).values(room_id=room.id, client=kept, minute=minute, count=1)
    visit = visit.on_conflict_do_update(
        index_elements=["room_id", "client", "minute"], set_={"count": visits.c.count + 1}
    ).returning(visits.c.count)
    count = connection.execute(visit).scalar_one()
    if count == 1:  # seldom: with a client's first visit in a minute
        connection.execute(sa.delete(visits).where(visits.c.room_id == room.id, visits.c.minute < minute - 1))
    return count
