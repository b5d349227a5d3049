"""Honesty measured: how sure a model says it is, how probable its answer is, and how often it is right.

facts.py        the questions, and those of the student's own (no torch)
run.py          what is asked, and what is told (no torch)
job.py          asking a model in its chat format (worker only)
stated.py       a confidence read out of what a model says (no torch)
calibration.py  reliability, Brier score, expected calibration error, staying silent (no torch)
recorded.py     a run on the real small model, recorded (no torch)
"""
