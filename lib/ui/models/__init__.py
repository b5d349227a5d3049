"""Models on a page: what is here, what can be fetched.

choice.py    which model a page works on
fetching.py  models that are not on this machine: why not, and a button to fetch one; where weights come from
machine.py   what this machine can do, as the home page shows it
"""
