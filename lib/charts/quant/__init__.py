"""Figures of the quantization chapters.

bench.py      the quantizer bench: weights with the grid over them, where the errors are, what a bit buys
formats.py    the number formats: where a value lands, and how far apart the neighbours are
lab.py        the quantization lab: quality and speed against bytes, the layer map, published results
published.py  published tables as figures
"""
