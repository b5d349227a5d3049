"""Figures of the evaluation chapters.

benchmarks.py     which framework tests what, and what a model finds of each choice of an item
abilities.py      the survey's abilities, tasks and datasets as a tree
skills.py         two answers around the circle of FLASK's skills
selection.py      the ranking of models, and how far each weight may move
contamination.py  how much of an item counts as seen, against n
agreement.py      every judge against every other
"""
