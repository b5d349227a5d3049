"""Joining a room, and finding it again: a browser is known by the fingerprint of its token, and by nothing else."""

from __future__ import annotations

import sqlalchemy as sa

from lib.classroom.entering.keys import fingerprint, is_same
from lib.classroom.entering.limits import ENTERING
from lib.classroom.entering.names import clean_name
from lib.classroom.errors import NoSuchRoom, RoomError
from lib.classroom.order import clock
from lib.classroom.order.visits import count_join
from lib.classroom.records import MOST_MEMBERS, Member
from lib.classroom.rooms import row_of
from lib.classroom.storage.database import Database
from lib.classroom.storage.tables import members, rooms


def join(
    db: Database, code: str, browser: str, name: str, now_s: float | None = None, *, address: str | None = None
) -> Member:
    """This browser as a student of the room. Who joins again stays who they were, under the name given now."""
    ENTERING.spend(browser)
    name = clean_name(name)
    with db.writing() as connection:
        row = row_of(connection, code, now_s)
        connection.execute(sa.select(rooms.c.id).where(rooms.c.id == row.id).with_for_update())  # one by one
        mine = fingerprint(row.code, browser)
        known = connection.execute(_member(row.id, mine)).first()
        if known is not None:
            connection.execute(sa.update(members).where(members.c.id == known.id).values(name=name))
            return Member(known.number, name)
        count_join(connection, db, row, address, now_s)
        last = connection.execute(sa.select(sa.func.max(members.c.number)).where(members.c.room_id == row.id)).scalar()
        number = (last or 0) + 1
        if number > MOST_MEMBERS:
            raise RoomError(f"The room is full: it holds {MOST_MEMBERS} students; the instructor can open another.")
        connection.execute(sa.insert(members).values(room_id=row.id, browser=mine, number=number, name=name))
    return Member(number, name)


def room_of(db: Database, browser: str, now_s: float | None = None) -> tuple[str, Member] | None:
    """The code of the living room that this browser joined last, and who it is there."""
    now_s = clock.time_of_day_s() if now_s is None else now_s
    with db.reading() as connection:
        codes = connection.execute(sa.select(rooms.c.code, rooms.c.id).where(rooms.c.ends_at_s > now_s)).all()
        mine = {fingerprint(row.code, browser): row.code for row in codes}
        joined = sa.select(members).where(members.c.browser.in_(list(mine))).order_by(members.c.id.desc())
        found = connection.execute(joined).first()
        return (mine[found.browser], Member(found.number, found.name)) if found else None


def member(db: Database, code: str, browser: str) -> Member | None:
    """Who this browser is in the room; None if it has not joined."""
    with db.reading() as connection:
        row = row_of(connection, code)
        known = connection.execute(_member(row.id, fingerprint(row.code, browser))).first()
        return Member(known.number, known.name) if known else None


def leave(db: Database, code: str, browser: str) -> None:
    """Take this browser and all its answers out of the room."""
    with db.writing() as connection:
        row = row_of(connection, code)
        connection.execute(
            sa.delete(members).where(members.c.room_id == row.id, members.c.browser == fingerprint(row.code, browser))
        )


def member_row(connection: sa.Connection, room_row: sa.Row, browser: str) -> sa.Row:
    """The row of this browser in the room; NoSuchRoom if it has not joined."""
    mine = fingerprint(room_row.code, browser)
    known = connection.execute(_member(room_row.id, mine)).first()
    if known is None or not is_same(known.browser, mine):
        raise NoSuchRoom("You have not joined this room; join it first.")
    return known


def _member(room_id: int, browser: str) -> sa.Select:
    return sa.select(members).where(members.c.room_id == room_id, members.c.browser == browser)
