"""ROUGE, BLEU, chrF and TER: the libraries' numbers, and every step between the texts and them.

pair/                   one pair of texts with its working          corpus/        a whole file of them, as a job
tokenisers.py           cutting text into tokens, each way by the library it is named after
smoothing.py            NLTK's eight smoothing methods, by name, called on clipped counts
sacrebleu_internals.py  what sacrebleu keeps to itself: the one file that touches it
errors.py               what a reader can put right in a text, a setting or a file

Numbers come from `rouge_score`, `nltk` and `sacrebleu`. Our steps, and the corpus' faster path, are compared with them
wherever they are shown.
"""
