"""Experiments that the whole room does.

view.py        which of them the instructor starts
ranking.py     answers ranked by the room: on the projector and on a phone
own_room.py    what the room of this browser has ranked, for other chapters
"""
