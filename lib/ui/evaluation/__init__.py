"""The evaluation chapters on a page.

abilities.py      the survey's abilities and datasets as a tree to open, and where a dataset serves twice
benchmarks.py     benchmarks on the page: what the frameworks consider, and how a benchmark scores a model, item by item
contamination.py  contamination on the page: a training text, a test item, what each published rule says
flask.py          FLASK on the page: two answers, twelve skills, the student's ratings beside the course's reading
own_texts.py      the student's own texts, ranked by the student and by each metric; and what a model writes, scored
selection.py      choosing a model on the page: conditions, weights, the ranking, and what would flip it
who_answers.py    the model that the evaluation pages ask: the bundled one, and the student's own adapter if there is
"""
