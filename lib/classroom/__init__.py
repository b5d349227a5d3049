"""A class in one room: questions put to everybody, answers that nobody sees before they are shown.

errors.py       what is wrong, in a sentence that a student or an instructor can act on
entering/       codes, keys, names, limits, the link for phones
experiments/    what a whole room does: ranking, a sweep, a dataset
records.py      what a room is to a page: frozen dataclasses
rooms.py        opening a room, leading it, changing its key, deleting it
overview.py     all rooms counted, for whoever runs the server
members.py      joining a room, and finding it again
questions.py    putting a question to the room, and its way from the first vote to the answer
choosing.py     settings of experiments that a room can choose
answers.py      giving an answer, and what comes of all answers: counts, flows, texts
leaderboard.py  the worst text with the highest score
taking_home.py  everything of a room as rows and as one document
home/           one page of the lesson to print
order/          floods refused, rooms that are over deleted
storage/        where the data of rooms is kept: the database, its tables, how they are upgraded and copied

SQLAlchemy is imported when the first room is opened, looked for or joined: import what is needed from the module that
has it, within the function that needs it, where a page must stay small without a room.
"""
