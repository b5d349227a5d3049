"""Out: what a run leaves, as files that others can use.

view.py      the view
choosing.py  which run is taken along
card.py      what the run was made of
merged.py    the adapter put into the weights: compared, and as a model of its own
"""
