"""A quiz across the course: questions by chapter, spaced in boxes, kept and taken home.

questions.py  every question of the quiz, from its files, with the chapter it belongs to
numbers.py    numbers that are right answers, computed by the app's own domains
boxes.py      what a student answered, the box of each question, and when it is due again
drawing.py    the questions of the next round: due ones first, then new ones from chapters little asked
standing.py   how each chapter stands, and what to revisit
file.py       the record as a JSON file that is taken home and loaded again
sheet.py      the result as one page of HTML to print
errors.py     the one error of this domain
"""
