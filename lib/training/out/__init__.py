"""What a run leaves: its card, the program that repeats it, its model.

record.py    a run with all it told, as the files are made from it (no torch)
card.py      what a run was made of: model, data, versions, device, and whether the base stayed as it was (no torch)
identity.py  that card, filled in where the run is (worker only)
sources.py   definitions taken from this project's own files, with all that they need (no torch)
repeated.py  what differs between methods in the program that repeats a run (no torch)
program.py   a script and a notebook that repeat a run without this project (no torch)
unsloth.py   a notebook that fine-tunes a real model on a GPU, with the run's texts and settings (no torch)
events.py    what is asked of an adapter that is to be merged, and what comes of it (no torch)
merging.py   an adapter put into the weights of its model (worker only)
"""
