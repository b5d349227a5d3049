"""Pretraining on a page.

views.py    the views of the page on the next token, and the one that is chosen
sentence.py the student's text, the job that reads it, and what it found
reads.py    token by token: surprise as colour, what was expected
shape.py    temperature, top-k, top-p and min-p on one distribution
hand.py     loss, perplexity and bits per byte by hand
cut.py      how both models cut the same text
game.py     be the language model
kopi.py     the lecture's blanks before any tuning
cost.py     what pretraining costs, and which assumption a price needs
born.py     a model being born, checkpoint by checkpoint
"""
