"""The lesson before a class: a chapter's parts one at a time, and a link for each topic of the slides.

steps.py     the steps of a chapter on a projector, in order
demos.py     a demo for each topic of the slides, opened by its link
notes.py     what a presenter says and clicks, and the minutes planned and spent
leading.py   what is on each projector, and where a second screen leads it
recorded.py  runs of the demos that were recorded
errors.py    what a presenter hears when there is no projector
"""
