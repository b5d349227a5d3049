"""Figures of the ROUGE and BLEU chapters.

corpus.py      a scored corpus: how rows are spread, and what resampling says about two systems
playground.py  the ROUGE and BLEU playground: one message each, in the pair's own numbers
"""
