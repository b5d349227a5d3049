"""Figures of fine-tuning runs.

loss.py       loss of each batch and of the held-out texts
watch.py      what else a run tells: learning rate, gradient norm, speed, memory
weigh.py      what a step keeps in memory, measured beside calculated
influence.py  which texts speak for an answer, and what is left of it without them
canary.py     how exposed a planted code is
compare.py    several runs: held-out loss overlaid, and as small multiples
inside.py     the update of one matrix: heat map, singular values, what a smaller rank keeps
"""
