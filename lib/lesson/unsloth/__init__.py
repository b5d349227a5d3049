"""The activity: fine-tuning with Unsloth, what it changes, what is claimed of it, and what came back from a GPU.

errors.py      what a student can put right
saving.py      what each change spares in memory, by the memory calculator
same_loss.py   the loss and its gradient, whole and in pieces: the same mathematics
claims.py      what is published, beside the calculator's figures for the same set-ups
cards.py       which GPUs, in which 16-bit type, and what fits with LoRA and with QLoRA
expected.py    what to look for at each step of the notebook, in figures
brought/       an adapter and a trainer's log that a student brings back
"""
