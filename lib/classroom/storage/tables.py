"""The tables in which rooms are kept, as this version of the app knows them; `migrations/` makes them."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, Integer, MetaData, String, Table, Text, UniqueConstraint

SCHEMA = "0002"
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

cells = Table(
    "cells",
    metadata,
    Column("id", Integer, primary_key=True),
    _part_of("question"),
    # Who leaves the room gives the cell back.
    Column("member_id", Integer, ForeignKey("members.id", ondelete="SET NULL"), index=True),
    Column("number", Integer, nullable=False),
    Column("by_instructor", Boolean, nullable=False, default=False),
    Column("started_at_s", Float),
    Column("base_loss", Float),
    Column("held_out_loss", Float),
    Column("forgot", Float),
    Column("problem", Text),
    UniqueConstraint("question_id", "number"),
    UniqueConstraint("question_id", "member_id"),
)

visits = Table(
    "visits",
    metadata,
    Column("id", Integer, primary_key=True),
    _part_of("room"),
    Column("client", String(64), nullable=False),
    Column("minute", Integer, nullable=False, index=True),
    Column("count", Integer, nullable=False),
    UniqueConstraint("room_id", "client", "minute"),
)
