"""Where rooms are kept, without asking there: no SQLAlchemy here."""

from __future__ import annotations

import os
from pathlib import Path

SQLITE = "sqlite:///"


def database_url() -> str:
    """DATABASE_URL, or a file in the user's cache folder. PostgreSQL is spoken to through psycopg 3."""
    url = os.environ.get("DATABASE_URL") or f"{SQLITE}{_usual_file()}"
    for scheme in ("postgres://", "postgresql://"):
        if url.startswith(scheme):
            return "postgresql+psycopg://" + url.removeprefix(scheme)
    return url


def may_hold_rooms() -> bool:
    """False where there is surely no room, since the file that would hold it does not exist."""
    url = database_url()
    return not url.startswith(SQLITE) or Path(url.removeprefix(SQLITE)).exists()


def _usual_file() -> Path:
    return Path.home() / ".cache" / "finetuning-lab" / "rooms.sqlite"
