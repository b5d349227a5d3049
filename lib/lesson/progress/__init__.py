"""What a student has done of the course, and keeps.

record.py   what was opened, answered and told: one frozen record, in the order in which it happened
standing.py how far each chapter is, and the course; which chapter is next
file.py     the record as a JSON file that is taken home and loaded again
errors.py   the one error of this domain
"""
