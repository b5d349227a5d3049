"""Where the data of rooms is kept, and how it is reached.

where.py      which place that is, without asking there: no SQLAlchemy
tables.py     the tables in which rooms are kept
migrations/   how the tables came to be, step by step (Alembic)
database.py   the one connection to SQLite or PostgreSQL, and the upgrade of its tables at first use
patience.py   how long PostgreSQL is waited for, and that one that hangs is given up
backup.py     a copy of all rooms in one command
"""
