"""A secret rule: somebody votes by it, a model learns it, others guess it from what the model writes.

run.py    the game and what it tells (no torch)
job.py    sample, vote, tune (worker only)
moved.py  what the rule counts before and after, prompt by prompt, and whether chance alone would do it
"""
