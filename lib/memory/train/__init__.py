"""Memory for training: a step moment by moment, its terms, the optimiser, the dilemma.

dilemma.py    the training dilemma: little memory, little computing, nothing given up. Two go together, all three do not
optimizer.py  bytes of optimiser states and of what its step needs for a moment
setup.py      what is trained, and how: everything besides the architecture that decides the memory of a training step
step.py       one training step, moment by moment: what is in memory, and when it is the most
terms.py      the terms of a training estimate: each part at the fullest moment, with the arithmetic behind it
training.py   the memory of a training run: what stays, what comes and goes, and when it is the most
"""
