"""Does size matter? Which models there are, what laws say of them, and a law of one's own.

landscape.py    language models by month: parameters, tokens, open or not; who grew and who shrank
laws.py         Kaplan's, Hoffmann's and Besiroglu's law: loss, and the best split of a training budget
serving.py      whole-life compute: why small models are trained far past the optimum
own.py          six recorded pretrainings, curves through five, what they say of the sixth
small_big.py    small tuned models against large prompted ones: published, and the app's own
errors.py       the one error of this domain
"""
