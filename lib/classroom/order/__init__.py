"""Order in rooms: floods are refused, what is over goes, and a database that hangs keeps nobody.

visits.py    how often one browser, and one address, comes to a room in a minute, counted in the database
clock.py     the time of day, over a system clock that is set
patience.py  how long PostgreSQL is waited for
purging.py   rooms whose day is over go, whether or not anybody opens another (no SQLAlchemy with SQLite)
"""
