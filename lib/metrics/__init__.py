"""ROUGE, BLEU and chrF with every intermediate quantity kept.

tokens.py     cutting text into tokens, five ways          porter.py     the stemmer rouge-score uses
ngrams.py     matches with their places, clipping          lcs.py        longest common subsequence, bit-parallel
rouge.py      ROUGE-N, L, Lsum as rouge-score has them     bleu.py       BLEU as NLTK has it
smoothing.py  NLTK's eight smoothing methods               sacre.py      sacrebleu's BLEU and TER with signatures
chrf.py       chrF as sacrebleu has it                     ranking.py    rank correlation
pair.py       one pair, all measures                       presets.py    the lecture's pairs and the traps
code.py       the same numbers from the libraries          corpus.py     a whole corpus as a job
corpus_file.py, encoding.py  reading a file of pairs       bootstrap.py  comparing two systems

The libraries themselves (95 MB for NLTK) are only imported by the tests, which hold every number here equal to them.
"""
