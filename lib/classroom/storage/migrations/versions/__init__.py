"""The steps, oldest first.

first_rooms.py        rooms, who leads them, members, questions, answers
cells_and_visits.py   cells of a sweep; how often each client came
"""
