"""The steps, oldest first.

first_rooms.py   rooms, who leads them, members, questions, answers
"""
