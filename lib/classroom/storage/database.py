"""The one connection to where rooms are kept: SQLite by default, PostgreSQL by DATABASE_URL.

With PostgreSQL several web processes serve one room; with SQLite in WAL mode several on one machine do.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from lib.classroom.errors import RoomsUnreachable
from lib.classroom.storage.tables import SCHEMA
from lib.classroom.storage.where import database_url
from lib.errors import is_disk_full
from lib.places import ROOT

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

UPGRADE_LIMIT_S = 120
BUSY_MS = 10_000
"""How long SQLite waits for another writer."""
NO_ANSWER = "The place where rooms are kept does not answer; nothing is lost, try again in a few seconds."


class Database:
    """Where rooms are kept. `reading` and `writing` give a connection within a transaction."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._engine = _engine(url)
        self._ready = False
        self._answers: bool | None = None
        """Whether it did when it was last asked; None before that."""
        self._asking = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        with _said_plainly(), self._connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """All of the block or nothing of it is kept. SQLite lets one writer in at a time, from its first statement."""
        with _said_plainly(), self._connect().execution_options(writes=True) as connection, connection.begin():
            yield connection

    def close(self) -> None:
        self._engine.dispose()

    @property
    def dialect(self) -> str:
        return self._engine.dialect.name

    def insert(self, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
        """One that can say what is done where there is such a row already. PostgreSQL's is 2 MB, for who has one."""
        if self.dialect == "postgresql":
            from sqlalchemy.dialects.postgresql import insert
        else:
            from sqlalchemy.dialects.sqlite import insert
        return insert(table)

    def _connect(self) -> sa.Connection:
        """One on which there was an answer."""
        with self._in_turn():
            try:
                self._make_ready()
                connection = self._engine.connect()
            except Exception:
                self._answers = False
                raise
            self._answers = True
            return connection

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """While it answers, all at once. Else one at a time asks: each would wait for as long, and its page with it. At
        the first use the others wait for what that one is told; later they are told at once that there is no answer.
        """
        before = self._answers
        if before:
            yield
            return
        if not self._asking.acquire(blocking=before is None):
            raise RoomsUnreachable(NO_ANSWER)
        try:
            if before is None and self._answers is False:
                raise RoomsUnreachable(NO_ANSWER)
            yield
        finally:
            self._asking.release()

    def _make_ready(self) -> None:
        """At its first use."""
        if self._ready:
            return
        if self.dialect == "sqlite":
            Path(self._engine.url.database).parent.mkdir(parents=True, exist_ok=True)
        if self._schema() != SCHEMA:
            _upgrade(self.url)
        self._ready = True

    def _schema(self) -> str | None:
        with self._engine.connect() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                return None
            return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _engine(url: str) -> sa.Engine:
    if url.startswith("sqlite"):
        engine = sa.create_engine(url, pool_pre_ping=True)
        _prepare_sqlite(engine)
        return engine
    from lib.classroom.storage.patience import ANSWER_S, connect_arguments, give_up_in_time

    engine = sa.create_engine(
        url,
        pool_pre_ping=True,
        pool_size=10,
        pool_timeout=ANSWER_S,
        connect_args=connect_arguments(sa.make_url(url)),
    )
    give_up_in_time(engine)
    return engine


@contextmanager
def _said_plainly() -> Iterator[None]:
    try:
        yield
    except (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError, OSError) as error:
        if _is_full(error):
            raise RoomsUnreachable(
                "The disk on which rooms are kept is full, so that was not kept; what was kept before is, and its "
                "operator must free some space."
            ) from error
        raise RoomsUnreachable(NO_ANSWER) from error


def _is_full(error: Exception) -> bool:
    """SQLite says "database or disk is full"; PostgreSQL passes on what the system says."""
    return is_disk_full(error) or "disk is full" in str(error)


def _upgrade(url: str) -> None:
    """In a process of its own: Alembic would cost the web process 11 MB for ever."""
    try:
        subprocess.run(
            [sys.executable, "-m", "lib.classroom.storage.migrations.upgrade"],
            cwd=ROOT,
            env={**os.environ, "ROOMS_DATABASE": url},
            capture_output=True,
            text=True,
            timeout=UPGRADE_LIMIT_S,
            check=True,
        )
    except subprocess.SubprocessError as error:
        said = getattr(error, "stderr", None) or ""
        raise RoomsUnreachable(
            "The place where rooms are kept could not be prepared; its operator finds why in the server's output."
        ) from RuntimeError(f"{error} {said[-2000:]}")


def _prepare_sqlite(engine: sa.Engine) -> None:
    """WAL, so that readers never wait for a writer; foreign keys, so that a room goes with all that is in it."""

    @sa.event.listens_for(engine, "connect")
    def configure(connection, _) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute(f"PRAGMA busy_timeout={BUSY_MS}")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


_databases: dict[str, Database] = {}
_lock = threading.Lock()


def database(url: str | None = None) -> Database:
    """The database of this process at `url`, by default as the environment says."""
    url = database_url() if url is None else url
    with _lock:
        if url not in _databases:
            _databases[url] = Database(url)
        return _databases[url]
