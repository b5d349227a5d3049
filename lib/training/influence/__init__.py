"""Which training texts taught a model its answer, and whether taking them out unteaches it.

run.py      what is asked and what is told (no torch)
scores.py   the dot product of each text's gradient with the answer's (worker only)
job.py      train and trace; train again without the texts (worker only)
"""
