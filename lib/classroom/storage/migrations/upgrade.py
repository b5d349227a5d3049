"""`python -m lib.classroom.storage.migrations.upgrade` brings the database named by ROOMS_DATABASE to the newest step.

Several web processes may start at once: one upgrades, the others wait for it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from filelock import FileLock

HERE = Path(__file__).resolve().parent
LOCK = 7_116_403
"""PostgreSQL's advisory locks have numbers; this one is ours."""


def config() -> Config:
    """Alembic's settings: the steps are in this folder."""
    settings = Config()
    settings.set_main_option("script_location", str(HERE))
    settings.set_main_option("path_separator", "os")
    return settings


def bring_up_to_date(url: str) -> None:
    """Bring the tables at this address to the newest step, one process at a time."""
    engine = sa.create_engine(url)
    settings = config()
    try:
        with _alone(engine), engine.connect() as connection:
            settings.attributes["connection"] = connection
            command.upgrade(settings, "head")
            connection.commit()
    finally:
        engine.dispose()


@contextmanager
def _alone(engine: sa.Engine) -> Iterator[None]:
    if engine.dialect.name == "sqlite":
        with FileLock(f"{engine.url.database}.upgrade"):
            yield
        return
    with engine.connect() as connection:
        connection.execute(sa.text("SELECT pg_advisory_lock(:number)"), {"number": LOCK})
        try:
            yield
        finally:
            connection.execute(sa.text("SELECT pg_advisory_unlock(:number)"), {"number": LOCK})


if __name__ == "__main__":
    bring_up_to_date(os.environ["ROOMS_DATABASE"])
