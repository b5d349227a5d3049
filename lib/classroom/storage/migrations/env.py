"""What Alembic runs for each upgrade, over the connection that `upgrade.py` hands it."""

from __future__ import annotations

from alembic import context


def migrate() -> None:
    context.configure(connection=context.config.attributes["connection"])
    with context.begin_transaction():
        context.run_migrations()


if not __name__.startswith("lib."):  # Alembic runs this file by its path; a mere import does nothing
    migrate()
