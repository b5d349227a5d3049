"""Experiments that a whole room does: what each phone gives, and what comes of all of it.

ranking.py   answers ranked by the room: who agrees, which pairs divide it
"""
