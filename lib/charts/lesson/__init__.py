"""Figures of the chapters that belong to no other domain.

next_token.py   what a model expects, reshaped by a sampler; a game's score in bits
pretraining.py  what pretraining costs; the loss of a model being born
"""
