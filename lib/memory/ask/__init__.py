"""Questions asked of an estimate: what fits, what would make it fit, how it compares, its link.

changes.py         the changes one can make to a set-up to save memory, each with its price and how much it hurts
compare.py         a measurement against the estimate: read what a tool or an error said, and find the assumption that
fit.py             questions asked backwards: what fits on a given card, how many it takes, and what would make it fit
packed.py          a set-up as a short text that fits into a link, and back
rules_of_thumb.py  the lecture's two rules of thumb, kept apart from the detailed estimate so that they can be compared
"""
