"""One pair of texts: every measure with its working.

bleu.py       BLEU with every quantity on the way, equal to `nltk.translate.bleu_score` 3.10.4 to the last digit
chrf.py       chrF with every quantity on the way, equal to `sacrebleu.metrics.CHRF()` 2.6.0 to the last digit
code.py       the Python that computes what is on the screen, to copy: the libraries themselves, not this app
lcs.py        the longest common subsequence of two token lists, in bit-parallel arithmetic
ngrams.py     n-grams of a candidate found again in its references, with the place of each and what clipping took away
pair.py       one pair of texts as the playground scores it: every measure with its working, from one frozen question
porter.py     porter's stemmer as NLTK ships it, with the rules that fired kept
presets.py    pairs to begin from: the lecture's, and a set of traps. Their figures are computed, never written down
ranking.py    how far two rankings agree: Spearman's ρ and Kendall's τ-b, ties included
rouge.py      ROUGE with every quantity on the way, equal to `rouge-score` 0.1.2 to the last digit
sacre.py      sacrebleu's scores with the signature that makes them repeatable
score.py      precision, recall and F1, computed in the order of operations of rouge-score so that the last digit agrees
smoothing.py  the eight smoothing methods of `nltk.translate.bleu_score.SmoothingFunction`, number for number
tokens.py     cutting text into tokens, the five ways the metrics do, each equal to the library it is named after
"""
