"""Inside an adapter: its update of one matrix, and what comes of turning it up, down, or mixing it.

update.py    the update of one matrix, its singular values, what a smaller rank would keep (numpy, no torch)
events.py    what is asked of adapters, and what comes of it (no torch)
watching.py  the update of one matrix while a run goes on (worker only)
dial.py      an adapter at several strengths, two adapters mixed (worker only)
pair.py      two adapters that are worth mixing (no torch)
counting.py  how many parameters an adapter of rank r has, on any architecture (no torch)
"""
