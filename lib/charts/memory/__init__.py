"""Figures of the memory chapters.

calculator.py  the memory calculator: the bar against the GPU's line, moments over time, estimate against truth
dilemma.py     the triangle of training: drag the point, see which way of training wins there
kv_cache.py    the KV-cache page: what a context costs, how memory fills, and what each policy wastes
"""
