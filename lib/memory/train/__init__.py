"""Memory for training: a step moment by moment, its terms, the optimizer, the dilemma.

setup.py      what is trained, and how
training.py   the estimate: what stays, what comes and goes, and when it is the most
terms.py      its terms at the fullest moment, each with the arithmetic behind it
step.py       one training step, moment by moment
states.py     what stays through a step on one GPU: weights, gradients, optimizer states
optimizer.py  bytes of optimizer states and of what its step needs for a moment
adapters.py   LoRA's adapters: on which matrices they sit, and how many parameters they add
zero.py       model states under ZeRO: what its paper counts, and what DeepSpeed says
dilemma.py    little memory, little computing, nothing given up: two go together, all three do not
"""
