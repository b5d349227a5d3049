"""Weigh it: what one step really keeps in memory, beside the calculator's figure.

view.py      the view
controls.py  the set-up to weigh
"""
