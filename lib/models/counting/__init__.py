"""Counting any model from its config.json, without its weights: tensors by part, and what a context costs.

alike.py       modules that are alike, run once in a pass without weights (torch)
arrived.py     whether every size of a config is in the built model, and what was filled in (torch)
build.py       a model on the meta device, within bounds of time and memory (torch)
cache.py       what each layer keeps of a context, read off the cache of a pass without weights (torch)
events.py      what the job tells (no torch)
fault.py       what an error of transformers says of a config, in a sentence about its fields (torch)
first_form.py  a config from before its model came into transformers, as transformers writes it today (no torch)
job.py         the job (torch: only a worker imports it)
parts.py       which part of a model each tensor belongs to (torch)
remembered.py  models counted before, by the content of their configs (no torch)
read.py        a config as transformers reads it (torch)
two_texts.py   what an encoder-decoder keeps, of what it read and of what it writes (torch)
"""
