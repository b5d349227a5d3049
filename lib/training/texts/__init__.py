"""The texts of a run, and how a model reads them.

datasets.py  texts (Example, Dataset) with their training and held-out parts (no torch)
prompts.py   a prompt, what is asked with it, and how a model goes on (no torch)
batches.py   texts as a model reads them, and what of them counts in the loss (worker only)
complete.py  completing a prompt that may end inside a word: token healing (worker only)
"""
