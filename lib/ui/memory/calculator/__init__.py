"""The memory calculator: its result and every view of it.

outcome.py      the result: the bar, what would make it fit, the lecture's rule beside it, what to take home
answers.py      questions asked backwards, and how many of every GPU it takes
checked.py      how far off the calculator is: its estimates and the rules of thumb against what was recorded
kept_setup.py   two set-ups side by side
measurement.py  what a tool said about a student's own run, held against the estimate
over_time.py    a training step, or a request, as stacked areas over its moments
"""
