"""One page of a lesson to take home.

contents.py   what goes on it: answers before and after arguing, settings chosen, what experiments came to; never a name
"""
