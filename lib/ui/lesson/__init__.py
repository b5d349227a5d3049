"""Chapters of no other domain on a page, a room for each.

adapters/     adapters: the block, the rank, the time
pretraining/  a model at work
formats/      prompt formats
scaling/      does size matter
ways/         ways of training, and which one to take
prompting/    prompting
quiz/         the quiz across the course
cases/        transfer tasks
unsloth/      the activity
glossary/     the course's words
references/   what the course refers to
"""
