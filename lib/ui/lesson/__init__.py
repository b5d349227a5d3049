"""Chapters of no other domain on a page, a room for each.

adapters/     adapters: the block, the rank, the time
pretraining/  a model at work
formats/      prompt formats
scaling/      does size matter
ways/         ways of training, and which one to take
prompting/    prompting
quiz/         the quiz across the course
cases/        transfer tasks
<<<<<<< HEAD
unsloth/      the activity
=======
glossary/     the course's words
references/   what the course refers to
>>>>>>> 9e911e7 (Every word of the course is looked up in a glossary, from the page that brings it in and from the first page; what lecture and pages refer to is one list, and a script asks every address whether it answers)
"""
