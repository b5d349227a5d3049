"""Ways of training on a page.

changes.py   what each way changes in one real matrix
costs.py     what each way takes for a large model
deciding.py  from a reason to an end, question by question
two_ways.py  two shortcomings and two ways out, on a real model
sorting.py   cards to sort
"""
