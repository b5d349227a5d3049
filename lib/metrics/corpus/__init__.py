"""A whole corpus: reading a file, scoring it as a job, comparing two systems.

bootstrap.py  paired bootstrap resampling between two systems, draw for draw as in sacrebleu 2.6.0
encoding.py   bytes to text: what encoding a file is in, and what to do when its lines disagree
file.py       a file of pairs: CSV, TSV or JSONL in, rows with their numbers out. Nothing is dropped without being named
job.py        scoring a whole corpus: a plain generator of events that can be stopped between any two rows
samples.py    corpora to begin with: two small ones with a point, and a large one made up on the spot
"""
