"""A reward model: a small head on a model's hidden states that learns whose answers win.

length.py    what judges and rewards make of length, and what a correction wins back (no torch)
run.py       what is learnt from, and what is told (no torch)
features.py  an answer as a row of numbers: a model's hidden states (worker only)
head.py      the head, fitted to pairs; how it is judged on prompts it has not seen (worker only)
job.py       reading the answers, learning, and how much is enough (worker only)
"""
