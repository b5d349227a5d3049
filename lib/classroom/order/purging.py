"""Rooms whose day is over go, whether or not anybody opens another: `python -m lib.classroom.order.purging`, and a
thread of every web process.

SQLite is spoken to without SQLAlchemy, which a process without a room never imports. Where rooms are kept but do not
answer, the next look tries again.
"""

from __future__ import annotations

import sqlite3
import sys
import threading
from contextlib import closing
from pathlib import Path

from lib.classroom.errors import RoomsUnreachable
from lib.classroom.order import clock
from lib.classroom.storage.where import SQLITE, database_url, may_hold_rooms
from lib.logs import record

EVERY_S = 300.0
WAIT_S = 10.0
"""For whoever writes to SQLite just now."""
MINUTES_KEPT = 2
"""Of `visits`: the minute that is counted now and the one before."""
GONE = "DELETE FROM rooms WHERE ends_at_s <= ?"
OLD_VISITS = "DELETE FROM visits WHERE minute <= ?"


def purge(url: str | None = None, now_s: float | None = None) -> int:
    """Delete every room that is over, with all that is in it, and old counts of visits; how many rooms it was.

    Raises RoomsUnreachable.
    """
    url = database_url() if url is None else url
    now_s = clock.time_of_day_s() if now_s is None else now_s
    old = int(now_s // 60) - MINUTES_KEPT
    return _purge_sqlite(url, now_s, old) if url.startswith(SQLITE) else _purge_elsewhere(url, now_s, old)


def _purge_sqlite(url: str, now_s: float, old: int) -> int:
    file = Path(url.removeprefix(SQLITE))
    if not file.exists():
        return 0
    try:
        with closing(sqlite3.connect(file, timeout=WAIT_S)) as connection, connection:
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            connection.commit()
            connection.execute("PRAGMA foreign_keys=ON")  # within no transaction, or it does nothing
            gone = connection.execute(GONE, (now_s,)).rowcount if "rooms" in tables else 0
            if "visits" in tables:
                connection.execute(OLD_VISITS, (old,))
            return gone
    except sqlite3.Error as error:
        raise RoomsUnreachable(
            f"Rooms that are over could not be deleted ({error}); the next look tries again"
        ) from error


def _purge_elsewhere(url: str, now_s: float, old: int) -> int:
    import sqlalchemy as sa

    from lib.classroom.storage.database import database
    from lib.classroom.storage.tables import rooms, visits

    with database(url).writing() as connection:
        gone = connection.execute(sa.delete(rooms).where(rooms.c.ends_at_s <= now_s)).rowcount
        connection.execute(sa.delete(visits).where(visits.c.minute <= old))
    return gone


class Purging:
    """A thread that looks every `every_s` seconds until it is closed. Where no room was ever opened it does nothing."""

    def __init__(self, every_s: float = EVERY_S) -> None:
        self._every_s = every_s
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._look, name="rooms-purge", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        self._thread.join(WAIT_S)

    def _look(self) -> None:
        while not self._closing.is_set():
            try:
                gone = purge() if may_hold_rooms() else 0
                if gone:
                    record("rooms purged", rooms=gone)
            except RoomsUnreachable as error:
                record("rooms not purged", why=type(error.__cause__).__name__)
            self._closing.wait(self._every_s)


if __name__ == "__main__":
    try:
        print(f"{purge()} rooms were over and are deleted")
    except RoomsUnreachable as problem:
        sys.exit(str(problem))
