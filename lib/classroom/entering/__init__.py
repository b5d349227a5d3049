"""How a room is entered, and by whom. No SQLAlchemy here.

addresses.py    links for phones, such as the one with which they join
keys.py         codes, keys and tokens: how they are made, and what of them is kept
limits.py       how often one client may do something
names.py        names of two words made up here, and a student's own
"""
