"""Prompt formats: a conversation as the one text that a model reads, and what happens when it is another text.

errors.py        what a student can put right
conversation.py  turns, and how much of them is read
formats.py       the formats of some models: templates, special tokens, sources
sandbox.py       a chat template rendered as transformers renders it, without transformers
rendering.py     the rendered text in pieces: special tokens, whose turn it is, what is learnt
own_template.py  a pasted template, rendered in a process that is ended when it takes too long
tokens.py        a rendered text as token ids: what is asked and told (no torch)
tokens_job.py    that, cut by a model's own tokenizer (worker only)
asked/           a model asked in one format or another: what breaks, injection, learning
"""
