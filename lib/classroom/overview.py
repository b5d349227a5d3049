"""All rooms together, as their server's operator sees them: how many, never which and never what is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lib.classroom.order import clock
from lib.classroom.records import RoomsNow, Stage
from lib.classroom.storage.where import may_hold_rooms

if TYPE_CHECKING:
    from lib.classroom.storage.database import Database


def rooms_now() -> RoomsNow:
    """Those that this process serves; where there is surely none, without SQLAlchemy. Raises RoomsUnreachable."""
    if not may_hold_rooms():
        return RoomsNow(0, 0, 0)
    from lib.classroom.storage.database import database

    return count_rooms(database())


def count_rooms(db: Database, now_s: float | None = None) -> RoomsNow:
    """Counted by the database, in one query."""
    import sqlalchemy as sa

    from lib.classroom.storage.tables import members, questions, rooms

    living = rooms.c.ends_at_s > (clock.time_of_day_s() if now_s is None else now_s)
    takes_answers = questions.c.stage.in_([stage.value for stage in Stage if stage.is_open])
    counted = sa.select(
        sa.select(sa.func.count()).select_from(rooms).where(living).scalar_subquery(),
        sa.select(sa.func.count()).select_from(members.join(rooms)).where(living).scalar_subquery(),
        sa.select(sa.func.count(questions.c.room_id.distinct()))
        .select_from(questions.join(rooms))
        .where(living, takes_answers)
        .scalar_subquery(),
    )
    with db.reading() as connection:
        return RoomsNow(*connection.execute(counted).one())
