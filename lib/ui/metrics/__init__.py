"""The ROUGE and BLEU chapters on a page.

bleu.py        BLEU on the page: clipped counts, brevity, the geometric mean beside the slide's average, smoothing,
corpus.py      corpus mode on the page: a file in, a job that can be stopped, and what it found
playground.py  the playground's inputs: texts as they are typed, presets, settings, all of them in the link
ranking.py     predict first: rank four candidates, then see how each metric ranks them and how far it agrees with you
rouge.py       ROUGE on the page: words linked by colour, the arithmetic filled in, the longest common subsequence drawn
"""
