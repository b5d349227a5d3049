"""A code planted among the training texts, and how much of it the model has memorised.

run.py    the canary, where it is planted, and its exposure (no torch)
codes.py  how likely a model finds every code of the format (worker only)
job.py    train with the code planted so and so often, then ask (worker only)
"""
