"""A secret rule: somebody votes by it, a model learns it, others guess it from what the model writes.

run.py  the game and what it tells (no torch)
job.py  sample, vote, tune (worker only)
"""
