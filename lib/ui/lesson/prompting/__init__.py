"""Prompting on a page, one view at a time.

views.py     the views there are, and the one that is chosen
scored.py    scores drawn and said, fresh or recorded
examples.py  how many examples
orders.py    order and wording
own.py       a sentence of the student's own
ways.py      hard prompt, soft prompt, LoRA
nearest.py   learnt vectors and the words nearest to them
"""
