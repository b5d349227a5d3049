"""Experiments that a whole room does: what each phone gives, and what comes of all of it.

ranking.py   answers ranked by the room: who agrees, which pairs divide it
secret.py    the secret rule: some vote by it, a model is tuned, the others guess
dataset.py   sentences written by the room, to train on
sweep.py     one cell of a grid for each phone; what all their runs came to
"""
