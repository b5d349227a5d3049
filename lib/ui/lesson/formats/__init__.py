"""Prompt formats on a page, one view at a time.

views.py      the views there are, and the one that is chosen
taken.py      what a view leaves to be taken home
editor.py     the conversation that the student edits
writing.py    Write it: the conversation in a model's own format, its tokens, what is learnt
breaking.py   What breaks: the same conversation in the right format and in wrong ones
injecting.py  Injection: a user who writes special tokens
own.py        Your own: a template to paste
learning.py   Learn one, ask another: 30 steps of fine-tuning in one format
"""
