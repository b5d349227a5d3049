"""What a run makes a model forget.

known.py      what a model knows besides its texts: facts, and how books go on (no torch)
measuring.py  that, measured (worker only)
"""
