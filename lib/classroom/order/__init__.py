"""Order in rooms: floods are refused, and what is over goes.

visits.py   how often one browser, and one address, comes to a room in a minute, counted in the database
purging.py  rooms whose day is over go, whether or not anybody opens another (no SQLAlchemy with SQLite)
"""
