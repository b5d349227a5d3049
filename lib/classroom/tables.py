"""The tables in which rooms are kept, as this version of the app knows them; `migrations/` makes them."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, Integer, MetaData, String, Table, Text, UniqueConstraint

SCHEMA = "0001"
"""The migration that these tables need: the newest of `migrations/versions`."""

metadata = MetaData()


def _part_of(table: str) -> Column:
    return Column(f"{table}_id", Integer, ForeignKey(f"{table}s.id", ondelete="CASCADE"), nullable=False, index=True)


rooms = Table(
    "rooms",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", String(8), nullable=False, unique=True),
    Column("key_fingerprint", String(64), nullable=False),
    Column("opened_at_s", Float, nullable=False),
    Column("ends_at_s", Float, nullable=False, index=True),
)

leaders = Table(
    "leaders",
    metadata,
    Column("id", Integer, primary_key=True),
    _part_of("room"),
    Column("browser", String(64), nullable=False),
    UniqueConstraint("room_id", "browser"),
)

members = Table(
    "members",
    metadata,
    Column("id", Integer, primary_key=True),
    _part_of("room"),
    Column("browser", String(64), nullable=False),
    Column("number", Integer, nullable=False),
    Column("name", String(64), nullable=False),
    UniqueConstraint("room_id", "browser"),
    UniqueConstraint("room_id", "number"),
)

questions = Table(
    "questions",
    metadata,
    Column("id", Integer, primary_key=True),
    _part_of("room"),
    Column("number", Integer, nullable=False),
    Column("slug", String(64), nullable=False),
    Column("part", String(16), nullable=False),
    Column("question", Text, nullable=False),
    Column("choices", Text, nullable=False),
    Column("stage", String(16), nullable=False),
    Column("voted_again", Boolean, nullable=False, default=False),
    Column("was_shown", Boolean, nullable=False, default=False),
    UniqueConstraint("room_id", "number"),
)

answers = Table(
    "answers",
    metadata,
    Column("id", Integer, primary_key=True),
    _part_of("question"),
    _part_of("member"),
    Column("round", Integer, nullable=False),
    Column("choice", Integer),
    Column("words", Text),
    Column("let_through", Boolean, nullable=False, default=False),
    UniqueConstraint("question_id", "member_id", "round"),
)
