"""Cells of a sweep that a class runs together; how often each client came in the last minutes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "cells",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "question_id", sa.Integer, sa.ForeignKey("questions.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("member_id", sa.Integer, sa.ForeignKey("members.id", ondelete="SET NULL"), index=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("by_instructor", sa.Boolean, nullable=False),
        sa.Column("started_at_s", sa.Float),
        sa.Column("base_loss", sa.Float),
        sa.Column("held_out_loss", sa.Float),
        sa.Column("forgot", sa.Float),
        sa.Column("problem", sa.Text),
        sa.UniqueConstraint("question_id", "number"),
        sa.UniqueConstraint("question_id", "member_id"),
    )
    op.create_table(
        "visits",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("room_id", sa.Integer, sa.ForeignKey("rooms.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("client", sa.String(64), nullable=False),
        sa.Column("minute", sa.Integer, nullable=False, index=True),
        sa.Column("count", sa.Integer, nullable=False),
        sa.UniqueConstraint("room_id", "client", "minute"),
    )


def downgrade() -> None:
    for table in ("visits", "cells"):
        op.drop_table(table)
