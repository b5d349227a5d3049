"""A lesson played by students without browsers: `python -m bench.lesson --sessions 40 --minutes 30`.

acts.py         what a lesson is: questions put to the room, experiments that everybody tries
instructor.py   opens the room and leads it through the questions
student.py      what one session does, act by act, and what it notes
playing.py      the instructor and all students, on one clock
serving.py      the app as one machine has it, and as a hall has it
meters.py       memory and processor time of each part while the lesson goes on
result.py       what came of it, with the bounds; kept in assets/measurements
document.py     the tables of docs/load.md, made from that
growth.py       what more students need, computed from what was measured
"""
