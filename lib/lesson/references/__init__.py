"""What the lecture and the app's pages refer to, each once, with the chapters in which it is used.

citations.py   every link with a title in the app's data, and the chapters that use its file
works.py       the works behind them: one a link, with authors and year where known; the lecture's own; searching
bibtex.py      works as a BibTeX file
"""
