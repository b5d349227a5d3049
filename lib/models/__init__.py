"""Which models there are, what this machine is, fetching a model, and loading one in a precision.

counting/     counting any model from its config.json, without its weights

catalogue.py   models by name, where each one is on this machine, and why one cannot be had (no torch)
origin.py      where weights come from, and what that means for figures measured on them (no torch)
fetch.py       find a model or fetch it, once for all who ask (no torch)
background.py  the real small model fetched while the app runs (no torch)
hub.py         … from the Hugging Face hub (no torch)
package.py     … out of a Python package, where no hub can be reached (no torch)
convert.py     a GGUF file made into a Hugging Face folder (torch: a process of its own)
events.py      what fetching tells (no torch)
staging.py     where a model is put together before it can be found (no torch)
child.py       a command that works beside its caller, and ends with it (no torch)
errors.py      why a model cannot be had (no torch)
device.py      processor, memory, GPUs and precisions of this machine (no torch)
load.py        a model and its tokenizer in a precision (torch: only a worker imports it)
shared.py      copies that several readers use at once, each loaded once (torch: only a worker imports it)
borrow.py      a model to read, shared with all who read it at the same time (torch: only a worker imports it)
"""
