"""Two filters for rude texts: a list of words, and a small classifier on a model's hidden states.

texts.py       the texts, those of the student's own, and what of them is masked (no torch)
word_list.py   a text is flagged if one of some words is in it (no torch)
confusion.py   what is flagged and what passes, and what that costs whom (no torch)
run.py         training a classifier: what is asked for, and what is told (no torch)
job.py         reading the texts with a model, and learning from them (worker only)
recorded.py    a run on the real small model, recorded (no torch)
"""
