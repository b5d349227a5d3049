"""A database of its own for each test, and limits that know nothing of earlier ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lib.classroom.entering import limits
from lib.classroom.storage.database import Database


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory):
    """One file for a module: rooms don't see each other."""
    db = Database(f"sqlite:///{tmp_path_factory.mktemp('rooms')}/rooms.sqlite")
    yield db
    db.close()


@pytest.fixture
def two_on_sqlite(tmp_path: Path) -> Iterator[tuple[Database, Database]]:
    """Two web processes on one file."""
    both = tuple(Database(f"sqlite:///{tmp_path}/rooms.sqlite") for _ in range(2))
    yield both
    for each in both:
        each.close()


@pytest.fixture(autouse=True)
def fresh_limits():
    for limit in (limits.ANSWERING, limits.ENTERING, limits.OPENING):
        limit.forget()
