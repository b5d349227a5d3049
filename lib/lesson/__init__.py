"""What the chapters compute that belong to no other domain, a room for each.

adapters/        what adapters add to a block, the rank of a real update, what a request pays
pretraining/     a model at work: what it expects at every token, and how sampling settings reshape that
prompt_formats/  conversations as the one text that a model reads, and what goes wrong with it
scaling/         does size matter: which models there are, scaling laws, a law of one's own
ways/            ways of training: what each changes in a matrix, what it takes, which one a reason leads to
presenting/      a chapter's steps on a projector
progress/        what a student has done of the course, and keeps: a record, a file, what is next
summary/         a chapter, and the course, on paper in the student's own numbers
prompting/       one task with examples in the prompt, in other words, and learnt instead
quiz/            questions across the course, spaced in boxes, and how each chapter stands
own_file.py      a file that the app made and is given back, read or refused
unsloth/         the activity: what Unsloth changes, what is claimed of it, what came back from a GPU
glossary/        the course's words, and the chapter in which each is seen first
references/      what the lecture and the pages refer to, and where it is used
cases/           a case for each group of chapters, decided first, then worked out
"""
