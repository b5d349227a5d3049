"""Rooms, who leads them, members, questions, answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _part_of(table: str) -> sa.Column:
    key = sa.ForeignKey(f"{table}s.id", ondelete="CASCADE")
    return sa.Column(f"{table}_id", sa.Integer, key, nullable=False, index=True)


def upgrade() -> None:
    op.create_table(
        "rooms",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("code", sa.String(8), nullable=False, unique=True),
        sa.Column("key_fingerprint", sa.String(64), nullable=False),
        sa.Column("opened_at_s", sa.Float, nullable=False),
        sa.Column("ends_at_s", sa.Float, nullable=False, index=True),
    )
    op.create_table(
        "leaders",
        sa.Column("id", sa.Integer, primary_key=True),
        _part_of("room"),
        sa.Column("browser", sa.String(64), nullable=False),
        sa.UniqueConstraint("room_id", "browser"),
    )
    op.create_table(
        "members",
        sa.Column("id", sa.Integer, primary_key=True),
        _part_of("room"),
        sa.Column("browser", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.UniqueConstraint("room_id", "browser"),
        sa.UniqueConstraint("room_id", "number"),
    )
    _questions_and_answers()


def _questions_and_answers() -> None:
    op.create_table(
        "questions",
        sa.Column("id", sa.Integer, primary_key=True),
        _part_of("room"),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("slug", sa.String(64), nullable=False),
        sa.Column("part", sa.String(16), nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("choices", sa.Text, nullable=False),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("voted_again", sa.Boolean, nullable=False),
        sa.Column("was_shown", sa.Boolean, nullable=False),
        sa.UniqueConstraint("room_id", "number"),
    )
    op.create_table(
        "answers",
        sa.Column("id", sa.Integer, primary_key=True),
        _part_of("question"),
        _part_of("member"),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("choice", sa.Integer),
        sa.Column("words", sa.Text),
        sa.Column("let_through", sa.Boolean, nullable=False),
        sa.UniqueConstraint("question_id", "member_id", "round"),
    )


def downgrade() -> None:
    for table in ("answers", "questions", "members", "leaders", "rooms"):
        op.drop_table(table)
