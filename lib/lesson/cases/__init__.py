"""Transfer tasks: a case for each group of chapters, decided first and then worked out with the app's own figures.

stories.py  the cases: what is to be decided, options with reasons, what speaks against, the pages that decide it
working.py  the figures of each case, computed by the domains that its pages use
"""
