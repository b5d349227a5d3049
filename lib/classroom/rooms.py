"""Opening a room, leading it, changing its key, deleting it.

Who leads is decided by the browser's token, which is in no link and which no script can read; the key lets another
browser in, and changing it shuts every other one out.
"""

from __future__ import annotations

import sqlalchemy as sa

from lib.classroom.entering.keys import clean_code, fingerprint, is_same, new_code, new_key
from lib.classroom.entering.limits import ENTERING, OPENING
from lib.classroom.errors import NoSuchRoom, NotTheInstructor
from lib.classroom.order import clock
from lib.classroom.records import ROOM_LIVES_S, Room
from lib.classroom.storage.database import Database
from lib.classroom.storage.tables import leaders, members, rooms

TRIES = 20


def open_room(db: Database, browser: str, now_s: float | None = None) -> tuple[Room, str]:
    """A new room led by this browser, and its key, which is told this once."""
    OPENING.spend(browser)
    now_s = clock.time_of_day_s() if now_s is None else now_s
    key = new_key()
    with db.writing() as connection:
        connection.execute(sa.delete(rooms).where(rooms.c.ends_at_s <= now_s))
        code = _free_code(connection)
        added = connection.execute(
            sa.insert(rooms).values(
                code=code, key_fingerprint=fingerprint(code, key), opened_at_s=now_s, ends_at_s=now_s + ROOM_LIVES_S
            )
        )
        _let_lead(connection, added.inserted_primary_key[0], fingerprint(code, browser))
    return Room(code, now_s, now_s + ROOM_LIVES_S, 0), key


def room(db: Database, code: str, now_s: float | None = None) -> Room:
    """The room with this code; NoSuchRoom if there is none or its day is over."""
    with db.reading() as connection:
        return _record(connection, row_of(connection, code, now_s))


def lead(db: Database, code: str, key: str, browser: str, now_s: float | None = None) -> Room:
    """Let this browser lead too, which has the room's key."""
    ENTERING.spend(browser)
    with db.writing() as connection:
        row = row_of(connection, code, now_s)
        if not is_same(row.key_fingerprint, fingerprint(row.code, key.strip())):
            raise NotTheInstructor("That is not the key of this room; the room's instructor has it.")
        _let_lead(connection, row.id, fingerprint(row.code, browser))
        return _record(connection, row)


def led_by(db: Database, browser: str, now_s: float | None = None) -> Room | None:
    """The newest living room that this browser leads."""
    now_s = clock.time_of_day_s() if now_s is None else now_s
    with db.reading() as connection:
        living = connection.execute(
            sa.select(rooms, leaders.c.browser)
            .join(leaders, leaders.c.room_id == rooms.c.id)
            .where(rooms.c.ends_at_s > now_s)
            .order_by(rooms.c.opened_at_s.desc())
        )
        for row in living:
            if is_same(row.browser, fingerprint(row.code, browser)):
                return _record(connection, row)
    return None


def new_key_for(db: Database, code: str, browser: str) -> str:
    """A new key for the room; the old one, and every other browser that led with it, is shut out."""
    key = new_key()
    with db.writing() as connection:
        row = led_row(connection, code, browser)
        kept = fingerprint(row.code, key)
        connection.execute(sa.update(rooms).where(rooms.c.id == row.id).values(key_fingerprint=kept))
        others = leaders.c.browser != fingerprint(row.code, browser)
        connection.execute(sa.delete(leaders).where(leaders.c.room_id == row.id, others))
    return key


def delete_room(db: Database, code: str, browser: str) -> None:
    """The room and everything in it, at once."""
    with db.writing() as connection:
        connection.execute(sa.delete(rooms).where(rooms.c.id == led_row(connection, code, browser).id))


def row_of(connection: sa.Connection, code: str, now_s: float | None = None) -> sa.Row:
    """The row of a living room; NoSuchRoom."""
    now_s = clock.time_of_day_s() if now_s is None else now_s
    found = connection.execute(sa.select(rooms).where(rooms.c.code == clean_code(code))).first()
    if found is None or found.ends_at_s <= now_s:
        raise NoSuchRoom("There is no room with this code; it may be over, or a letter may be wrong.")
    return found


def led_row(connection: sa.Connection, code: str, browser: str) -> sa.Row:
    """The row of a living room that this browser leads; NotTheInstructor."""
    row = row_of(connection, code)
    mine = sa.select(leaders.c.id).where(
        leaders.c.room_id == row.id, leaders.c.browser == fingerprint(row.code, browser)
    )
    if connection.execute(mine).first() is None:
        raise NotTheInstructor("Only the room's instructor can do that; its key lets you lead it.")
    return row


def _record(connection: sa.Connection, row: sa.Row) -> Room:
    count = sa.select(sa.func.count()).select_from(members).where(members.c.room_id == row.id)
    return Room(row.code, row.opened_at_s, row.ends_at_s, connection.execute(count).scalar_one())


def _let_lead(connection: sa.Connection, room_id: int, browser: str) -> None:
    there = sa.select(leaders.c.id).where(leaders.c.room_id == room_id, leaders.c.browser == browser)
    if connection.execute(there).first() is None:
        connection.execute(sa.insert(leaders).values(room_id=room_id, browser=browser))


def _free_code(connection: sa.Connection) -> str:
    for _ in range(TRIES):
        code = new_code()
        if connection.execute(sa.select(rooms.c.id).where(rooms.c.code == code)).first() is None:
            return code
    raise NoSuchRoom("No code is free; try again.")
