"""A model in one precision: whether there is room, loading it, weighing it.

estimate.py          what a model will take in a precision, from its files alone: nothing is loaded. No torch
loaded.py            a model in one precision: room checked, loaded or shared, and weighed while it is fresh
round_to_nearest.py  our own quantizer in a real model: every linear layer rounded to 2 to 8 bits (torch)
true_bytes.py        every byte of tensors that a loaded model holds. Imports torch: for workers
"""
