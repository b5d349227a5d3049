"""Figures of the chapters that belong to no other domain.

landscape.py      language models by month, and size against text
next_token.py     what a model expects, reshaped by a sampler; a game's score in bits
formats.py        a right answer after five prompts; losses in the format learnt and in others
prompting.py      right labels by examples, by order and wording, by way; learnt vectors beside real words
pretraining.py    what pretraining costs; the loss of a model being born
scaling.py        loss at one budget, where models lie, whole-life compute, a law through recorded runs
small_big.py      blanks filled by small and big models, as they are, prompted and tuned
adapters.py       a transformer block, what is added to it, and where it can be clicked
ways.py           a matrix before and after each way of training
weight_update.py  a real update by rank; what each kind of adapter adds to a request
unsloth.py        what Unsloth spares and what is claimed; a curve and an adapter that came back from a GPU
quiz.py           how the quiz stands, by group of chapters
"""
