"""Order in rooms: floods are refused, and what is over goes.

visits.py   how often one browser, and one address, comes to a room in a minute, counted in the database
clock.py    the time of day, over a system clock that is set
purging.py  rooms whose day is over go, whether or not anybody opens another (no SQLAlchemy with SQLite)
"""
