"""Own data: a student's own texts, seen as the model will see them, and learnt.

view.py      the view
boxes.py     what was pasted and how it is to be read, kept through a reload
texts_in.py  texts pasted or uploaded, the form they have, and the part that is held out
preview.py   what the model will see: tokens, what counts, what is cut off, and the base model's losses
"""
