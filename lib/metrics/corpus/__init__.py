"""A whole corpus: reading a file, scoring it as a job, comparing two systems.

reading/      a file of pairs in, rows with their numbers out
samples.py    corpora to begin with: two small ones with a point, and a large one made up on the spot
rows.py       one job's settings, the scores of each row, and what it adds to its corpus
fast.py       rouge-score's and NLTK's numbers without their tables and their counting anew, for 10,000 rows
checked.py    some of a corpus' own rows scored and compared again by the libraries, and where they differ
job.py        scoring a whole corpus: a plain generator of events that can be stopped between any two rows
bootstrap.py  paired bootstrap resampling between two systems, draw for draw as in sacrebleu 2.6.0
"""
