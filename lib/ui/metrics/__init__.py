"""The ROUGE and BLEU chapters on a page.

playground.py  the playground's inputs: texts as they are typed, presets, settings, all of them in the link
rouge.py       ROUGE on the page: words linked by colour, the arithmetic filled in, the longest common subsequence drawn
bleu.py        BLEU on the page: clipped counts, brevity, the geometric mean, smoothing, tokenisers
bleu_settings.py  what changes BLEU, on both pages alike: tokeniser, smoothing, weights
linked.py      n-grams as chips: equal ones under one number, clipped ones struck through, as they were written
agreement.py   whether our steps give the libraries' numbers: compared on these very texts, and said
ranking.py     rank four candidates, then see how each metric ranks them and how far it agrees with you
letters.py     writing that a metric does not read as its readers do: letters thrown away, languages without spaces
corpus_file.py  a corpus before it is scored: the file, its encoding, its columns, rows that will not be scored
corpus.py      corpus mode on the page: a file in, a job that can be stopped, and what it found
"""
