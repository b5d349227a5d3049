"""A copy of all rooms, while the app runs: `python -m lib.classroom.storage.backup FILE`.

SQLite is copied through its online backup, which sees no half-written answer
(https://www.sqlite.org/backup.html); PostgreSQL through `pg_dump --format=custom`, which must be installed.
To bring a copy back, stop the app, then put the SQLite file in the place of the old one, or use `pg_restore --clean`.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from lib.classroom.errors import RoomsUnreachable
from lib.classroom.storage.where import SQLITE, database_url


def back_up(url: str, file: Path) -> None:
    """Write a copy of the rooms at `url` to `file`. Raises RoomsUnreachable; an existing file is never replaced."""
    if file.exists():
        raise RoomsUnreachable(f"{file.name} exists already; name a file that does not")
    if url.startswith(SQLITE):
        _copy_sqlite(Path(url.removeprefix(SQLITE)), file)
    else:
        _dump_postgresql(url, file)


def _copy_sqlite(rooms: Path, file: Path) -> None:
    if not rooms.exists():
        raise RoomsUnreachable("No room has ever been opened here, so there is nothing to copy")
    try:
        with closing(sqlite3.connect(rooms)) as source, closing(sqlite3.connect(file)) as copy:
            source.backup(copy)
    except sqlite3.Error as error:
        file.unlink(missing_ok=True)
        raise RoomsUnreachable(f"The rooms could not be copied ({error}); nothing was written") from error


def _dump_postgresql(url: str, file: Path) -> None:
    plain = url.replace("postgresql+psycopg://", "postgresql://", 1)
    try:
        subprocess.run(["pg_dump", "--format=custom", f"--file={file}", plain], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        file.unlink(missing_ok=True)
        raise RoomsUnreachable("pg_dump could not copy the rooms; see what it says, nothing was written") from error


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Say where to: python -m lib.classroom.storage.backup FILE")
    try:
        back_up(database_url(), Path(sys.argv[1]))
    except RoomsUnreachable as problem:
        sys.exit(str(problem))
