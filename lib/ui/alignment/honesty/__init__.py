"""Honesty measured, on the page.

views.py      the views, one at a time
asking.py     which model, how it is asked, the job, and what was recorded until it has run
wordings.py   what it says of how sure it is, asked in several ways
sureness.py   the reliability diagram with its scores, and fact by fact
silence.py    below which confidence it should say that it does not know
"""
