"""What the operator of a server sees.

operator.py  the key's form, then queue, workers, memory
"""
