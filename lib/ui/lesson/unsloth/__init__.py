"""The activity on the page: fine-tune with Unsloth.

views.py     the views, one at a time
changes.py   what each change spares, and that the mathematics stays
claims.py    what is published, beside the calculator
cards.py     which GPUs; LoRA beside QLoRA
notebook.py  the notebook from the student's own settings, step by step
own_run.py   the student's run in Live LoRA, or the recorded one
back.py      what was brought back: files in, refused or kept
curve.py     the trainer's log beside one's own curve
moved.py     the adapter: settings, and how far it moves each layer
"""
