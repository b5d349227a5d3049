"""Which models there are, what this machine is, and loading a model in a precision.

catalogue.py  models by name, where each one is on this machine, and why one cannot be had (no torch)
device.py     processor, memory, GPUs and precisions of this machine (no torch)
hub.py        fetching a model from the Hugging Face hub, whole or not at all (no torch)
load.py       a model and its tokenizer in a precision (torch: only a worker imports it)
shared.py     loaded copies that several readers use at once (torch: only a worker imports it)
"""
