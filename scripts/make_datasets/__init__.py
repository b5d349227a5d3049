"""Write the sets of texts under assets/datasets that were written for this project, besides kopi.

    python -m scripts.make_datasets

Frames and words were written by hand; which go together is drawn with a seed, so the same files come out each time.

formal.py       casual lines and the same in formal English
sentiment.py    reviews, with a word that says what they think
tiny_python.py  programs of one line in a small part of Python
company.py      questions about a company that does not exist
rows.py         drawing and writing rows
"""
