"""Experiments that the whole room does.

view.py        which of them the instructor starts
ranking.py     answers ranked by the room: on the projector and on a phone
sweep.py       a class sweep: the map on the projector, one cell of it on a phone
secret.py      the secret rule: some vote, a model is tuned, others guess
dataset.py     sentences written by the room; one LoRA on all of them, and the average of single ones
collecting.py  what the room's runs tell goes into the database, also while a phone sleeps
own_room.py    what the room of this browser has ranked, for other chapters
"""
