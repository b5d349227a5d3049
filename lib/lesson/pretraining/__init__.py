"""Pretraining: predicting the next token.

shaping.py      temperature, top-k, top-p and min-p on a distribution, as transformers applies them (numpy)
reading.py      a text as a model reads it: expectations, surprise, loss, perplexity, bits per byte (no torch)
reading_job.py  the reading itself, and the lecture's blanks before any tuning (torch: only a worker imports it)
guessing.py     the game: a student's guesses and the models', scored in bits
cost.py         FLOPs, GPU hours, money, energy, carbon, water, each with its assumptions and their ranges
birth.py        what a recorded pretraining wrote at its checkpoints
errors.py       the one error of this domain
"""
