"""A whole corpus: reading a file, scoring it as a job, comparing two systems.

file.py       a file of pairs in, rows with their numbers out. Nothing is dropped, joined or made up in silence
table.py      what is read of a file before its columns are chosen, and what counts as missing
delimited.py  CSV and TSV: records out of lines, with every oddity named
json_file.py  JSON in the shapes that people have: an object a line, a list, over several lines, column by column
columns.py    which column is what: names that evaluation tools write, never an id or a number taken for a text
encoding.py   bytes to text: what encoding a file is in, and what to do when its lines disagree
samples.py    corpora to begin with: two small ones with a point, and a large one made up on the spot
rows.py       one job's settings, the scores of each row, and what it adds to its corpus
fast.py       rouge-score's and NLTK's numbers without their tables and their counting anew, for 10,000 rows
checked.py    some of a corpus' own rows scored again by the libraries, and where they differ
job.py        scoring a whole corpus: a plain generator of events that can be stopped between any two rows
bootstrap.py  paired bootstrap resampling between two systems, draw for draw as in sacrebleu 2.6.0
"""
