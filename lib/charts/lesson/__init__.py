"""Figures of the chapters that belong to no other domain.

next_token.py   what a model expects, reshaped by a sampler; a game's score in bits
formats.py      a right answer after five prompts; losses in the format learnt and in others
pretraining.py  what pretraining costs; the loss of a model being born
"""
