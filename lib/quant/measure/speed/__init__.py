"""How fast a model reads and writes.

rate.py     repeated timings: a rate with its median and spread. No torch; the caller says how to wait for the device
kernels.py  which precisions a processor multiplies as they are stored. Imports torch: for workers
writing.py  text from a model, and the two kinds of work that are timed. Imports torch: for workers
"""
