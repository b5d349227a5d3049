"""Figures of the memory chapters.

calculator.py  figures of the memory calculator: the bar against the GPU's line, moments over time, estimate against
dilemma.py     the triangle of training: drag the point, see which way of training wins there
kv_cache.py    figures of the KV-cache page: what a context costs, how memory fills, and what each policy wastes
"""
