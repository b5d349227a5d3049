"""For whoever leads a lesson: the second screen beside a projector, and the demos of the slides.

screen.py     the second screen: where the projector is, its keys, the notes for the step, the clock
demos.py      every demo with its link, in the order of the lecture
rehearsal.py  the demos' runs started once before the lesson, and which are ready
"""
