"""Which models there are, what this machine is, fetching a model, and loading one in a precision.

catalogue.py  models by name, where each one is on this machine, and why one cannot be had (no torch)
chat.py       whether a model has been taught to answer in a chat (no torch)
origin.py     where weights come from, and what that means for figures measured on them (no torch)
counting/     counting any model from its config.json, without its weights
fetch/        fetching a model, whole or not at all, once for all who ask (no torch)
errors.py     why a model cannot be had (no torch)
device.py     processor, memory, GPUs and precisions of this machine (no torch)
load.py       a model and its tokenizer in a precision (torch: only a worker imports it)
heap.py       what is freed, given back to the system
shared.py     copies that several readers use at once, each loaded once (torch: only a worker imports it)
borrow.py     a model to read, out of those copies (torch: only a worker imports it)
hidden.py     the mean of its last hidden states over a text (torch: only a worker imports it)
"""
