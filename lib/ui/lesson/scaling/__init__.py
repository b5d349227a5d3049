"""Does size matter, on a page.

models.py     the landscape: filters, the chart, who grew and who shrank
small_big.py  small against big: InstructGPT, and the app's own case, live and recorded
law.py        one law at the student's parameters and tokens, and the three beside each other
placed.py     where four models lie, and what serving says of it
serving.py    whole-life compute: which size is cheapest for its loss
own.py        fit a law to five recorded runs and predict the sixth
"""
