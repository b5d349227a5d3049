"""What a run has shown: results, verdict, the lecture's claims, recorded and published figures.

claims.py     the lecture's four advantages and four disadvantages, held against one run. No torch
published.py  results others have published, to hold one's own against. No torch
recorded.py   runs recorded on other machines, read back as the same events a live run yields. No torch
results.py    a measuring run as it stands: what has been measured so far, and comparisons within it. No torch
verdict.py    what a run has shown, in sentences made from its own figures, the uncomfortable ones included. No torch
"""
