"""Experiments that a whole room does: what each phone gives, and what comes of all of it.

ranking.py   answers ranked by the room: who agrees, which pairs divide it
sweep.py     one cell of a grid for each phone; what all their runs came to
"""
