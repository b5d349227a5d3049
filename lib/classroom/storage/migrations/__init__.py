"""How the tables of rooms came to be, step by step (Alembic).

env.py       what Alembic runs for each upgrade
upgrade.py   brings a database to the newest step; a process of its own, so that the web process never imports Alembic
versions/    the steps, each once written never changed
"""
