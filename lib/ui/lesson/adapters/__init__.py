"""Adapters on a page.

choosing.py  the model, the kind, its size and its places: by buttons, or by a click into the drawing
block.py     the block drawn, what is added to it, its shapes and its cost
rank.py      a real update of weights, rank by rank
times.py     what each kind adds to a request's time: recorded, and measured here
"""
