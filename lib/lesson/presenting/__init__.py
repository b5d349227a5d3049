"""The lesson before a class: a chapter's parts one at a time, and a link for each topic of the slides.

steps.py   the steps of a chapter on a projector, in order
"""
