"""One pair of texts: every measure with its working.

scored_pair.py  one pair scored: the libraries' numbers, our steps to them, and whether the two agree
libraries.py    what rouge-score, NLTK and sacrebleu say of exactly the texts on the screen
rouge.py        ROUGE step by step: n-grams, the longest common subsequence, unions line by line
bleu.py         BLEU step by step: clipped counts, brevity, the geometric mean
ngrams.py       n-grams of a candidate found again in its references, with places and what clipping took away
lcs.py          the longest common subsequence of two token lists, in bit-parallel arithmetic
code.py         the Python that computes what is on the screen, to copy: the libraries themselves, not this app
presets.py      pairs to begin from: the lecture's, and a set of traps. Their figures are computed, never written down
ranking.py      how far two rankings agree: Spearman's ρ and Kendall's τ-b, ties included
"""
