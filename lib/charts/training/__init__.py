"""Figures of fine-tuning runs.

loss.py   loss of each batch and of the held-out texts
watch.py  what else a run tells: learning rate, gradient norm, speed, memory
"""
