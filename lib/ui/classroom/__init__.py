"""A room on a page, led by an instructor and joined by students.

doing.py     a button's deed in a room: done once, and what was refused said on the page
opening.py   opening a room, or leading one with its key
leading.py   the room on the projector, and its views
question.py  one question before the room, from the first vote to the flows
choosing.py  which question comes next
board.py     the worst text with the highest score
experiments/ what the whole room does: ranking, a sweep, a dataset
words.py     the room's own words, seen by the instructor first
ending.py    the key, everything to take home, the end
phone.py     a student's phone: joining, answering, seeing what came of it
standing.py  the question and its stage, for screens that follow another browser
watching.py  a page's own timer, while a vote is open or runs go
"""
