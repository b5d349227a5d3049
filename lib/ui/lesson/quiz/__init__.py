"""The quiz across the course on a page.

views.py       which part of it is looked at
keeping.py     the record in this browser, and what its buttons do to it
asking.py      a round: drawing it, one question at a time, and what came of it
revisiting.py  how each chapter stands, and where to go back to
taking.py      the record as a file, and the sheet to print
"""
