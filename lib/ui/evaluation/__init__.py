"""The evaluation chapters on a page.

answering_model.py  how a model is asked to score items and how long it may take; the student's own adapter for it
items.py            an item answered by the student and by a model, and an item of the student's own
scores.py           a small benchmark run on one model after another
frameworks.py       what the frameworks test, beside what the slide says of them
scored.py           one item as a model found it: the choices' scores under a rule, token by token
abilities.py        the survey's abilities and datasets as a tree to open, and where a dataset serves twice
flask.py            two answers, twelve skills, the student's ratings beside the course's reading
own_texts.py        the student's own texts, ranked by the student and by each metric; what a model writes, scored
selection.py        choosing a model: conditions, weights, the ranking, and what would flip it
contamination.py    a training text, a test item, and what each published rule says
"""
