"""Helpful, honest, harmless on the page.

views.py       the views, one at a time
judging.py     pairs judged by the student on the three values, beside the course's judgement
own.py         a pair of the student's own
weighing.py    the student's weights, and whose answers win
behaviours.py  kinds of bad behaviour, where each comes from, which stage of training addresses it
"""
