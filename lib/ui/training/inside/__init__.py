"""Inside: what an adapter is, and what comes of turning it up, down, or mixing it.

view.py      the view, one part at a time
update.py    the update of one matrix: while it trains, and afterwards
dial.py      one prompt, answered with the adapter at each strength
mixing.py    two adapters of this browser mixed
counting.py  how many parameters an adapter has, on any architecture
kept.py      the last few adapters that this browser has trained
"""
