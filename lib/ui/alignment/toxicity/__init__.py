"""Two filters for rude texts, on the page.

views.py      the views, one at a time
filters.py    the word list, the threshold, the classifier: what every view has beside it
matrices.py   what each filter flags and lets pass
price.py      a threshold, what each error costs whom, and a day at work
failing.py    examples of how each filter fails
own.py        texts of the student's own
"""
